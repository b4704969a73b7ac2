import type { NewVideo, Store } from '#engine/system.ts';
import {
  activity,
  audit,
  setPaused,
  setPriority,
  takeTokens,
  takeTurn,
  throughput,
  troubled,
} from '#store/memory/admin.ts';
import { claim, claimDue, claimForeign, claimOne, nextDueAt, release, renew } from '#store/memory/claim.ts';
import { hint, markWatched, requestCancel } from '#store/memory/hint.ts';
import { admit } from '#store/memory/line.ts';
import { count, eventsAfter, get, list, ofVideo } from '#store/memory/read.ts';
import { kindOf, saveMoves } from '#store/memory/save.ts';
import {
  hasOtherAnswers,
  knownUpstreamIds,
  lostAttempts,
  recordStart,
  saveOperation,
} from '#store/memory/submission.ts';
import { emptyTables, owned, providerRow, type Tables, writeEvent } from '#store/memory/tables.ts';
import { quantilesOf } from '#video/progress.ts';
import { QueueFull } from '#video/queue-full.ts';
import { learnedFrom } from './durations.ts';
import { clean } from './json.ts';
import { newVideo } from './new-video.ts';

/** A store of maps, gone with the process: the same answers as the databases, for tests that need none. */
export function openMemoryStore(options: { now?: () => Date } = {}): Store {
  const tables = emptyTables(options.now ?? (() => new Date()));
  const { videos, assets, events, boots, providers, turns } = tables;
  return {
    create: async (asked, limit) => create(tables, asked, limit),
    admit: async (...args) => admit(tables, ...args),
    claim: async (...args) => claim(tables, ...args),
    claimForeign: async (...args) => claimForeign(tables, ...args),
    claimOne: async (...args) => claimOne(tables, ...args),
    claimDue: async (...args) => claimDue(tables, ...args),
    renew: async (...args) => renew(tables, ...args),
    release: async (claims) => release(tables, claims),
    saveMoves: async (moves) => saveMoves(tables, moves),
    saveOperation: async (...args) => saveOperation(tables, ...args),
    requestCancel: async (...args) => requestCancel(tables, ...args),
    hint: async (...args) => hint(tables, ...args),
    markWatched: async (...args) => markWatched(tables, ...args),
    nextDueAt: async (...args) => nextDueAt(tables, ...args),
    releaseAllClaims: async () => {
      for (const video of videos.values()) video.claimedUntil = null;
    },
    now: async () => tables.now(),

    lostAttempts: async (...args) => lostAttempts(tables, ...args),
    knownUpstreamIds: async (...args) => knownUpstreamIds(tables, ...args),
    recordStart: async (...args) => recordStart(tables, ...args),
    startsStopped: async (provider) => (providers.get(provider)?.stoppedAt ?? null) !== null,
    resumeStarts: async (provider) => recordStart(tables, provider, false),
    setPaused: async (...args) => setPaused(tables, ...args),
    takeTokens: async (...args) => takeTokens(tables, ...args),
    giveTokens: async (provider, tokens) => {
      const row = providerRow(tables, provider);
      if (row.tokens !== null) row.tokens += tokens;
    },
    takeTurn: async (...args) => takeTurn(tables, ...args),
    endTurn: async (name, holder) => {
      if (turns.get(name)?.holder === holder) turns.delete(name);
    },
    hasOtherAnswers: async (...args) => hasOtherAnswers(tables, ...args),
    quantiles: async (...kind) => {
      const known = tables.durations.filter(({ kind: other }) => other === kindOf(...kind)).slice(-learnedFrom.most);
      return known.length < learnedFrom.least ? null : quantilesOf(known.map(({ renderMs }) => renderMs));
    },

    get: async (...args) => get(tables, ...args),
    list: async (query) => list(tables, query),
    count: async (ownerId) => count(tables, ownerId),
    asset: async (id, ownerId) => {
      const found = assets.get(id);
      if (!found || (ownerId !== null && found.ownerId !== ownerId)) return null;
      const { ownerId: _owner, ...asset } = found;
      return clean(asset);
    },
    addAsset: async (asset, ownerId) => {
      if (assets.has(asset.id)) throw new Error(`the file ${asset.id} exists`);
      assets.set(asset.id, { ...clean(asset), ownerId });
    },
    setStarred: async (id, ownerId, starred) => {
      const video = owned(tables, id, ownerId);
      if (video) video.starredAt = starred ? (video.starredAt ?? tables.now()) : null;
      return video !== undefined;
    },
    setPriority: async (...args) => setPriority(tables, ...args),
    record: async (videoId, event) => {
      const video = videos.get(videoId);
      if (!video) return;
      writeEvent(tables, video, event, video.state);
      tables.notify('events');
    },
    events: async (videoId, ownerId) =>
      clean(
        events
          .filter(ofVideo)
          .filter((event) => event.videoId === videoId && (ownerId === null || event.ownerId === ownerId)),
      ),
    eventsAfter: async (...args) => eventsAfter(tables, ...args),
    latestCursor: async () => events.at(-1)?.cursor ?? '0-0',
    audit: async (query) => audit(tables, query),
    activity: async () => activity(tables),
    troubled: async (...args) => troubled(tables, ...args),
    throughput: async (...args) => throughput(tables, ...args),
    version: async () => ({ kind: 'embedded', version: 'in memory' }),
    listen: (channel, listener) => tables.listen(channel, listener),
    recordBoot: async () => {
      boots.push(tables.now());
    },
    bootsBetween: async (from, to) => boots.filter((at) => at >= from && at <= to).length,
    check: async () => {},
    close: async () => {},
  };
}

function create(tables: Tables, asked: NewVideo[], limit: number): void {
  for (const ownerId of new Set(asked.map((video) => video.ownerId))) {
    const queued = [...tables.videos.values()].filter((video) => video.ownerId === ownerId && video.state === 'queued');
    const more = asked.filter((video) => video.ownerId === ownerId).length;
    if (queued.length + more > limit) throw new QueueFull(limit);
  }
  for (const wish of asked) {
    const { video, attempt } = clean(newVideo(wish));
    const row = { ...video, createdAt: tables.now() };
    tables.videos.set(row.id, row);
    tables.attempts.set(attempt.id, attempt);
    writeEvent(tables, row, { type: 'created', actor: wish.actor, data: wish.data }, null);
  }
  tables.notify('due', 'events');
}
