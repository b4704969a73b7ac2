import { type SQL, sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  customType,
  doublePrecision,
  index,
  integer,
  jsonb,
  pgTable,
  pgView,
  primaryKey,
  smallint,
  text,
  timestamp,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import type { FailureCode } from '#video/failure.ts';
import type { Source } from '#video/money.ts';
import type {
  Actor,
  AssetKind,
  Json,
  JsonObject,
  Outcome,
  Priority,
  ProgressSource,
  Request,
  State,
  Watch,
} from '#video/video.ts';
import { type Scope, user } from './auth.ts';

// No schema name here: which schema the tables live in is decided by the connection's search_path.

const at = (name: string) => timestamp(name, { withTimezone: true });

/** A transaction's id, by which events are read in an order that never skips one. */
const xid8 = customType<{ data: string }>({ dataType: () => 'xid8' });

/** Renders at its provider, or is about to. The query says it in the same words, or the index would not serve it. */
const holdsSlot = sql.raw(
  `state in ('submitting', 'unknown', 'running', 'canceling') or (state = 'queued' and check_at is not null)`,
);

/** One clip that a user asked for; its row is also the schedule of its checks. */
export const videos = pgTable(
  'videos',
  {
    id: text('id').primaryKey(),
    ownerId: text('owner_id').notNull(),
    shotId: text('shot_id').notNull(),
    takeNo: integer('take_no').notNull(),
    project: text('project'),
    prompt: text('prompt').notNull(),
    model: text('model'),
    resolvedModel: text('resolved_model').notNull(),
    provider: text('provider').notNull(),
    seconds: doublePrecision('seconds').notNull(),
    size: text('size').notNull(),
    seed: bigint('seed', { mode: 'number' }),
    inputs: text('inputs').array().notNull(),
    settings: jsonb('settings').$type<JsonObject>().notNull(),
    warnings: text('warnings').array().notNull().default([]),
    priority: smallint('priority').$type<Priority>().notNull(),
    state: text('state').$type<State>().notNull(),
    progress: integer('progress').notNull(),
    progressSource: text('progress_source').$type<ProgressSource>(),
    upstreamQueued: boolean('upstream_queued').notNull(),
    errorCode: text('error_code').$type<FailureCode>(),
    errorMessage: text('error_message'),
    remixedFrom: text('remixed_from'),
    starredAt: at('starred_at'),
    clipAssetId: text('clip_asset_id'),
    checkAt: at('check_at'),
    notBefore: at('not_before'),
    checkedAt: at('checked_at'),
    claimedUntil: at('claimed_until'),
    claimSeq: integer('claim_seq').notNull(),
    woken: boolean('woken').notNull(),
    watchedUntil: at('watched_until'),
    deadlineAt: at('deadline_at'),
    cancelRequestedAt: at('cancel_requested_at'),
    poisonedAt: at('poisoned_at'),
    createdAt: at('created_at').notNull(),
    acceptedAt: at('accepted_at'),
    renderingAt: at('rendering_at'),
    completedAt: at('completed_at'),
    hiddenAt: at('hidden_at'),
  },
  (video) => [
    // The schedule: each provider's looks, and its copies. The statements say it in the same words, here and below.
    index('videos_due')
      .on(video.provider, sql`(state = 'storing')`, video.checkAt, video.id)
      .where(sql`check_at is not null`),
    // Who waits in line, and who rests there.
    index('videos_rests').on(sql`coalesce(not_before, '-infinity')`).where(sql`state = 'queued' and check_at is null`),
    // Admission: who holds slots, and who waits, in each owner's own order.
    index('videos_slots').on(video.provider, video.ownerId).where(holdsSlot),
    index('videos_line')
      .on(video.provider, video.ownerId, video.priority.desc().nullsFirst(), video.createdAt, video.id)
      .where(sql`state = 'queued' and check_at is null`),
    // An owner's takes, newest first.
    index('videos_owner').on(video.ownerId, video.id),
    index('videos_owner_state').on(video.ownerId, video.state),
    index('videos_shot').on(video.shotId),
    // Who uses a reference file.
    index('videos_inputs').using('gin', video.inputs).where(sql`inputs <> '{}'`),
  ],
);

/** One submission of a video to a provider. */
export const attempts = pgTable(
  'attempts',
  {
    id: text('id').primaryKey(),
    videoId: text('video_id')
      .notNull()
      .references(() => videos.id, { onDelete: 'cascade' }),
    n: integer('n').notNull(),
    provider: text('provider').notNull(),
    request: jsonb('request').$type<Request>().notNull(),
    requestHash: text('request_hash').notNull(),
    sentAt: at('sent_at'),
    operation: jsonb('operation').$type<JsonObject>(),
    upstreamId: text('upstream_id'),
    credentialId: text('credential_id'),
    outcome: text('outcome').$type<Outcome>(),
    error: text('error'),
    checks: integer('checks').notNull(),
    watchUntil: at('watch_until'),
    watch: jsonb('watch').$type<Watch>().notNull(),
    raw: jsonb('raw').$type<Json>(),
    estimateMicroUsd: bigint('estimate_micro_usd', { mode: 'number' }),
    costMicroUsd: bigint('cost_micro_usd', { mode: 'number' }),
    costSource: text('cost_source').$type<Source>(),
  },
  (attempt) => [
    uniqueIndex('attempts_video_n').on(attempt.videoId, attempt.n),
    // Every upstream job belongs to one attempt.
    uniqueIndex('attempts_upstream').on(attempt.provider, attempt.upstreamId).where(sql`upstream_id is not null`),
    // Lost creates of the same request.
    index('attempts_lost')
      .on(attempt.provider, attempt.requestHash)
      .where(sql`operation is null and outcome is null and sent_at is not null`),
  ],
);

/**
 * Every move, written down in its own transaction: timeline, live stream and outbox. Append-only. Without a video it is
 * about a provider, and `data` says which.
 */
export const events = pgTable(
  'events',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    xid: xid8('xid').notNull().default(sql`pg_current_xact_id()`),
    videoId: text('video_id').references(() => videos.id, { onDelete: 'cascade' }),
    ownerId: text('owner_id'),
    at: at('at').notNull(),
    type: text('type').notNull(),
    actor: jsonb('actor').$type<Actor>().notNull(),
    stateBefore: text('state_before').$type<State>(),
    stateAfter: text('state_after').$type<State>(),
    data: jsonb('data').$type<JsonObject>().notNull(),
  },
  (event) => [
    index('events_order').on(event.xid, event.id),
    index('events_video').on(event.videoId, event.id),
    // What happened in a day or an hour.
    index('events_at').on(event.at),
  ],
);

/** Files in our storage. */
export const assets = pgTable(
  'assets',
  {
    id: text('id').primaryKey(),
    ownerId: text('owner_id').notNull(),
    videoId: text('video_id').references(() => videos.id, { onDelete: 'cascade' }),
    attemptId: text('attempt_id'),
    kind: text('kind').$type<AssetKind>().notNull(),
    key: text('key').notNull(),
    contentType: text('content_type').notNull(),
    bytes: bigint('bytes', { mode: 'number' }).notNull(),
    sha256: text('sha256').notNull(),
    width: integer('width'),
    height: integer('height'),
    durationMs: integer('duration_ms'),
    /** What the owner called a reference file, and what he said that it is for. */
    name: text('name'),
    purpose: text('purpose'),
    createdAt: at('created_at').notNull(),
  },
  (asset) => [
    index('assets_video').on(asset.videoId),
    index('assets_owner').on(asset.ownerId),
    index('assets_references').on(asset.ownerId, asset.id).where(sql`kind = 'reference'`),
    // Which stored objects are known.
    index('assets_key').on(asset.key),
  ],
);

/** What is known of a provider across processes. */
export const providerState = pgTable('provider_state', {
  provider: text('provider').primaryKey(),
  /** Creates in a row whose outcome was unclear. */
  unclearStarts: integer('unclear_starts').notNull(),
  stoppedAt: at('stopped_at'),
  /** An operator lets nothing be sent. */
  pausedAt: at('paused_at'),
  /** Requests that may go out now, as of `refilledAt`. */
  tokens: doublePrecision('tokens'),
  refilledAt: at('refilled_at'),
  /** Failures in a row that blame the provider and not one video: how many, since when, and of which video the last. */
  failures: integer('failures').notNull().default(0),
  failingSince: at('failing_since'),
  failingVideo: text('failing_video'),
  /** Nothing is asked or sent: the circuit is open. */
  openedAt: at('opened_at'),
  /** When somebody tries again, and the how manieth try that is. */
  nextTryAt: at('next_try_at'),
  tries: integer('tries').notNull().default(0),
  /** It answered a free request: one look or start at a time now shows whether it is well. */
  trialAt: at('trial_at'),
  /** Calls of it that were verified, that were not, and verdicts that a look found though a call should have come. */
  calls: integer('calls').notNull().default(0),
  refusedCalls: integer('refused_calls').notNull().default(0),
  missedCalls: integer('missed_calls').notNull().default(0),
});

/** When an owner's turn at a provider last came: with one slot, nobody runs anything when the next one is chosen. */
export const served = pgTable(
  'served',
  {
    provider: text('provider').notNull(),
    ownerId: text('owner_id').notNull(),
    at: at('at').notNull(),
  },
  (turn) => [primaryKey({ columns: [turn.provider, turn.ownerId] })],
);

/** What only one process may do at a time, and until when it has it to itself. */
export const turns = pgTable('turns', {
  name: text('name').primaryKey(),
  holder: text('holder').notNull(),
  until: at('until').notNull(),
});

/** How long renders took, the newest 200 of each kind. */
export const durations = pgTable(
  'durations',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    model: text('model').notNull(),
    seconds: doublePrecision('seconds').notNull(),
    size: text('size').notNull(),
    renderMs: doublePrecision('render_ms').notNull(),
  },
  (duration) => [index('durations_kind').on(duration.model, duration.seconds, duration.size, duration.id)],
);

/** Keys for programs; only their hash is kept. */
export const apiKeys = pgTable(
  'api_keys',
  {
    id: text('id').primaryKey(),
    ownerId: text('owner_id')
      .notNull()
      .references(() => user.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    /** The first characters, to tell keys apart in a list. */
    prefix: text('prefix').notNull(),
    sha256: text('sha256').notNull().unique(),
    /** What it may do at most: its owner's role is a bound too. */
    scopes: text('scopes').array().$type<Scope[]>().notNull().default(['read', 'create']),
    /** Null = as configured. */
    createsPerMinute: integer('creates_per_minute'),
    createdAt: at('created_at').notNull(),
    /** Null = never. */
    expiresAt: at('expires_at'),
    lastUsedAt: at('last_used_at'),
    revokedAt: at('revoked_at'),
  },
  (key) => [index('api_keys_owner').on(key.ownerId)],
);

/** The starts of the engine, for the receipts. */
export const boots = pgTable('boots', {
  id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
  at: at('at').notNull(),
});

/** The seven columns of Sora-era code; read only, and shows what the seed routes show: `overdue` is failed. */
export const soraVideos = pgView('sora_videos', {
  soraJobId: text('sora_job_id'),
  soraGenerationStatus: text('sora_generation_status'),
  soraVideoUrl: text('sora_video_url'),
  soraStartedAt: at('sora_started_at'),
  soraCompletedAt: at('sora_completed_at'),
  soraErrorMessage: text('sora_error_message'),
  soraSettings: jsonb('sora_settings'),
}).as(
  sql`select id as sora_job_id,
    case
      when state in ('queued', 'submitting') or (state = 'running' and upstream_queued) then 'queued'
      when state in ('failed', 'canceled', 'overdue') then 'failed'
      when state = 'completed' then 'completed'
      else 'in_progress'
    end as sora_generation_status,
    case when state = 'completed' then '/api/videos/' || id || '/content' end as sora_video_url,
    coalesce(accepted_at, created_at) as sora_started_at,
    completed_at as sora_completed_at,
    case
      when state = 'overdue' then 'Generation timed out after ' ||
        round(extract(epoch from deadline_at - accepted_at) / 60) || ' minutes'
      when state in ('failed', 'canceled') then coalesce(error_message, error_code)
    end as sora_error_message,
    settings || jsonb_build_object('model', coalesce(model, resolved_model), 'prompt', prompt, 'size', size, 'seconds', seconds) as sora_settings
    from videos where hidden_at is null` as SQL,
);
