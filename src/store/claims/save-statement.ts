import { assetRows, attemptRows, videoRows } from '#store/rows.ts';
import { now, slots, terminal, today } from '#store/sql.ts';

/** What a move may change of a video and of its attempt; ids, fences and frozen requests are not among it. */
const videoPatch = [
  'provider',
  'resolvedModel',
  'seconds',
  'size',
  'warnings',
  'progress',
  'progressSource',
  'upstreamQueued',
  'errorCode',
  'errorMessage',
  'clipAssetId',
  'notBefore',
  'deadlineAt',
  'cancelRequestedAt',
  'acceptedAt',
  'renderingAt',
  'completedAt',
  'hiddenAt',
];
const attemptPatch = [
  'sentAt',
  'operation',
  'upstreamId',
  'credentialId',
  'outcome',
  'error',
  'checks',
  'watchUntil',
  'watch',
  'raw',
  'costMicroUsd',
  'costSource',
];
const assetColumns = assetRows.keysBut('ownerId', 'name', 'purpose', 'createdAt');

/**
 * Saves a batch of moves in one statement: $1 time, $2 moves as JSON, $3 and $4 the channels for `due` and `events`.
 * 1. `fenced`: locks, in the order of ids, the rows whose claim is still the one that the move was made under. Named by
 *    their ids besides, or the planner, who does not know how few moves there are, would read a table of ten thousand.
 * 2. `steps`: the moves as they are saved. A return to `queued` is a cancel where one was asked for meanwhile.
 * 3. `saved`: the rows. A hint that came during the claim (`woken`) brings the next look to now; a claim that goes on
 *    keeps it for later; and what is queued or at its end is looked at by nobody.
 * 4. Attempts, next attempts, files, events, learned times and money, only of the rows saved. An entry of the ledger
 *    counts on the day of its reserve; a next attempt is like the last one where it says nothing
 *    else, and reserves anew.
 * Answers the places in the batch that were saved.
 */
const statement = (money: string) => `
  with moves as (
    select * from jsonb_to_recordset($2::jsonb) as m(
      place int, video_id text, attempt_id text, seq int, state text, video jsonb, attempt jsonb, next_attempt jsonb,
      assets jsonb, event jsonb, next timestamptz, keeps_claim boolean, render_ms double precision, entry jsonb)
  ), fenced as (
    select m.*, v.state as before, m.state = 'queued' and case
        when m.video ? 'cancel_requested_at' then m.video ->> 'cancel_requested_at' is not null
        else v.cancel_requested_at is not null
      end as canceled
    from videos v join moves m on m.video_id = v.id and m.seq = v.claim_seq
    where v.id = any (array(select video_id from moves))
    order by v.id for update of v
  ), steps as (
    select place, video_id, attempt_id, seq, before, assets, render_ms,
      case when canceled then 'canceled' else state end as state,
      case when canceled then video || jsonb_build_object('error_code', 'canceled', 'completed_at', ${now}) else video
      end as video,
      case when unsent then attempt || '{"outcome": "canceled", "cost_micro_usd": 0, "cost_source": "estimate"}'
        else attempt
      end as attempt,
      case when unsent then '{"kind": "release", "source": "estimate"}' else entry end as entry,
      case when canceled then null else next_attempt end as next_attempt,
      case when canceled then '{"type": "canceled", "actor": {"type": "system"}, "data": {}}' else event end as event,
      case when canceled then null else next end as next,
      keeps_claim and not canceled as keeps_claim
    from fenced, lateral (select canceled and attempt ->> 'outcome' is null as unsent) as wish
  ), saved as (
    update videos v set (state, check_at, woken, claimed_until, poisoned_at, ${videoRows.list(videoPatch)}) = (
      select
        s.state,
        case
          when s.keeps_claim or (s.next is null and s.state in ('queued', ${terminal})) then s.next
          when v.woken then greatest(${now}, p.not_before)
          else s.next
        end,
        v.woken and s.keeps_claim,
        case when s.keeps_claim then v.claimed_until end,
        null::timestamptz,
        ${videoRows.list(videoPatch, 'p.')}
      from jsonb_populate_record(v, s.video) p
    )
    from steps s where v.id = s.video_id and v.claim_seq = s.seq
    returning s.*, v.owner_id, v.check_at, v.resolved_model, v.seconds, v.size
  ), tried as (
    update attempts a set (${attemptRows.list(attemptPatch)}) = (
      select ${attemptRows.list(attemptPatch, 'p.')} from jsonb_populate_record(a, s.attempt) p
    )
    from saved s where a.id = s.attempt_id and s.attempt <> '{}'
  ), tried_next as (
    insert into attempts (id, video_id, n, provider, request, request_hash, estimate_micro_usd, checks, watch)
    select next.id, next.video_id, next.n, next.provider, next.request, next.request_hash, next.estimate_micro_usd, 0, '{}'
    from saved s join attempts a on a.id = s.attempt_id
    cross join jsonb_populate_record(a, s.next_attempt) as next
    where s.next_attempt is not null
  ), stored as (
    insert into assets (${assetRows.list(assetColumns)}, owner_id, created_at)
    select ${assetRows.list(assetColumns, 'p.')}, s.owner_id, ${now}
    from saved s cross join jsonb_populate_recordset(null::assets, s.assets) p
  ), written as (
    insert into events (video_id, owner_id, at, type, actor, state_before, state_after, data)
    select video_id, owner_id, ${now}, event ->> 'type', event -> 'actor', before, state, event -> 'data'
    from saved where event is not null order by place
    returning 1 as event
  ), learned as (
    insert into durations (model, seconds, size, render_ms)
    select resolved_model, seconds, size, render_ms from saved where render_ms is not null
  ), forgotten as (
    delete from durations d using saved s
    where s.render_ms is not null and d.model = s.resolved_model and d.seconds = s.seconds and d.size = s.size
      and d.id <= (
        select id from durations where model = s.resolved_model and seconds = s.seconds and size = s.size
        order by id desc offset 199 limit 1)
  )${money}, due as (
    select from saved
    where state = 'queued' or check_at <= ${now} + interval '1 second'
      or (before in ('queued', ${slots}) and state not in (${slots}))
  )
  select place,
    case when exists (select from due) then pg_notify($3, '')::text end as due,
    case when exists (select from written) then pg_notify($4, '')::text end as events
  from saved`;

/** Planning what books money costs a fifth of a millisecond: for batches that cannot touch any, it is left out. */
export const saveStatement = statement('');
export const saveStatementWithMoney = statement(`, booked as (
    insert into ledger (owner_id, video_id, attempt_id, kind, amount_micro_usd, source, model, day, at)
    select r.owner_id, r.video_id, r.attempt_id, s.entry ->> 'kind',
      case when s.entry ->> 'kind' = 'release' then -r.amount_micro_usd else (s.entry ->> 'amount_micro_usd')::bigint end,
      s.entry ->> 'source', r.model, r.day, ${now}
    from saved s join ledger r on r.attempt_id = s.attempt_id and r.kind = 'reserve' where s.entry is not null
    union all
    select s.owner_id, s.video_id, next.id, 'reserve', coalesce(next.estimate_micro_usd, 0),
      case when next.estimate_micro_usd is not null then 'estimate' end, s.resolved_model, ${today}, ${now}
    from saved s join attempts a on a.id = s.attempt_id
    cross join jsonb_populate_record(a, s.next_attempt) as next
    where s.next_attempt is not null
    on conflict (attempt_id, kind) do nothing
  )`);

/** The last resort: an hour's rest, seen by people, for a video whose move cannot be written. $2 id, $3 fence, $4 why. */
export const poisonStatement = `
  with saved as (
    update videos v set
      poisoned_at = ${now},
      claimed_until = null,
      woken = false,
      check_at = case when v.check_at is not null then ${now} + interval '1 hour' end
    where id = $2 and claim_seq = $3
    returning v.*
  )
  insert into events (video_id, owner_id, at, type, actor, state_before, state_after, data)
  select id, owner_id, ${now}, 'poisoned', '{"type": "system"}', state, state, jsonb_build_object('reason', $4::text)
  from saved`;
