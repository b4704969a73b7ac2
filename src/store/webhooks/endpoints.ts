import { randomBytes } from 'node:crypto';
import type { Endpoint, WebhookStore } from '#engine/webhooks.ts';
import type { Database, Queryable } from '#store/database/database.ts';
import { writeEvent } from '#store/events/write-event.ts';
import type { Seal } from '#store/settings/seal.ts';
import { channelName } from '#store/sql.ts';
import type { EventType } from '#video/lifecycle.ts';
import type { Actor } from '#video/video.ts';
import { deliveries, recordTest, replay } from './log.ts';
import { boundTo, type EndpointRow, endpointColumns, patience, type SealedSecrets, secretColumns } from './rows.ts';

/** The endpoints of all owners. Every change is one transaction with its event. */
export function openWebhooks(database: Database, seal: Seal): WebhookStore {
  const channel = channelName(database, 'webhooks');
  const tell = (tx: Queryable) => tx.query('select pg_notify($1, $2)', [channel, '']);
  const write = (tx: Queryable, type: EventType, actor: Actor, { id, name, url, ownerId }: Endpoint) =>
    // Of the address only the host: the rest of it may be a secret.
    writeEvent(database, tx, { type, actor, data: { webhook: id, name, host: new URL(url).host, owner: ownerId } });

  async function read(on: Queryable, id: string, ownerId: string): Promise<Endpoint | null> {
    const [endpoint] = await on.query<EndpointRow>(
      `select ${endpointColumns} from webhook_endpoints w where w.id = $1 and w.owner_id = $2`,
      [id, ownerId],
    );
    return endpoint ?? null;
  }

  /** `set` changes the row `w` of $1 and $2, and answers whether it is there. */
  async function change(
    id: string,
    ownerId: string,
    event: EventType,
    actor: Actor,
    set: (tx: Queryable) => Promise<object[]>,
  ): Promise<Endpoint | null> {
    return database.transaction(async (tx) => {
      if ((await set(tx)).length === 0) return null;
      const endpoint = await read(tx, id, ownerId);
      if (endpoint) await write(tx, event, actor, endpoint);
      await tell(tx);
      return endpoint;
    });
  }

  const sealed = (id: string, ownerId: string) => {
    const secret = `whsec_${randomBytes(32).toString('base64')}`;
    return { secret, ciphertext: seal.close(secret, boundTo({ id, owner_id: ownerId })) };
  };

  return {
    list: (ownerId) =>
      database.query<EndpointRow>(
        `select ${endpointColumns} from webhook_endpoints w where w.owner_id = $1 order by w.created_at, w.id`,
        [ownerId],
      ),
    get: (id, ownerId) => read(database, id, ownerId),

    async create({ ownerId, all, name, url, events }, most, actor) {
      const id = `whe_${randomBytes(12).toString('hex')}`;
      const { secret, ciphertext } = sealed(id, ownerId);
      return database.transaction(async (tx) => {
        // Counting and adding is one step, and so is being the first and knowing where the events begin.
        await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`${database.schema} webhooks`]);
        await tx.query(beginStatement);
        const made = await tx.query(
          `insert into webhook_endpoints (id, owner_id, all_owners, name, url, events, secret, key_id, created_at)
           select $1, $2, $3, $4, $5, $6, $7, $8, date_trunc('milliseconds', now())
           where (select count(*) from webhook_endpoints where owner_id = $2) < $9::int
           returning 1 as made`,
          [id, ownerId, all, name, url, events, ciphertext, seal.keyId, most],
        );
        const endpoint = made.length > 0 ? await read(tx, id, ownerId) : null;
        if (!endpoint) return null;
        await write(tx, 'webhook_created', actor, endpoint);
        await tell(tx);
        return { endpoint, secret };
      });
    },

    change: (id, ownerId, { name, url, events, all }, actor) =>
      change(id, ownerId, 'webhook_changed', actor, (tx) =>
        tx.query(
          `update webhook_endpoints w set name = coalesce($3, name), url = coalesce($4, url),
             events = coalesce($5::text[], events), all_owners = coalesce($6, all_owners)
           where id = $1 and owner_id = $2 returning 1 as changed`,
          [id, ownerId, name ?? null, url ?? null, events ?? null, all ?? null],
        ),
      ),

    async remove(id, ownerId, actor) {
      return database.transaction(async (tx) => {
        const endpoint = await read(tx, id, ownerId);
        const gone = await tx.query(
          'delete from webhook_endpoints where id = $1 and owner_id = $2 returning 1 as gone',
          [id, ownerId],
        );
        if (!endpoint || gone.length === 0) return false;
        await write(tx, 'webhook_removed', actor, endpoint);
        await tell(tx);
        return true;
      });
    },

    async rotate(id, ownerId, keepMs, actor) {
      const { secret, ciphertext } = sealed(id, ownerId);
      const endpoint = await change(id, ownerId, 'webhook_rotated', actor, (tx) =>
        tx.query(
          `update webhook_endpoints set secret = $3, key_id = $4,
             previous_secret = case when $5::float8 > 0 then secret end,
             previous_key_id = case when $5::float8 > 0 then key_id end,
             previous_until = case when $5::float8 > 0 then now() + $5::float8 * interval '1 millisecond' end
           where id = $1 and owner_id = $2 returning 1 as changed`,
          [id, ownerId, ciphertext, seal.keyId, keepMs],
        ),
      );
      return endpoint && { endpoint, secret };
    },

    async resume(id, ownerId, actor) {
      const resumed = await change(id, ownerId, 'webhook_resumed', actor, async (tx) => {
        const changed = await tx.query(
          `update webhook_endpoints set paused_at = null, paused_why = null, failures = 0, failing_since = null
           where id = $1 and owner_id = $2 and paused_at is not null returning 1 as changed`,
          [id, ownerId],
        );
        if (changed.length > 0) await tx.query(releaseStatement, [id]);
        return changed;
      });
      return resumed ?? read(database, id, ownerId);
    },

    deliveries: (...args) => deliveries(database, ...args),
    recordTest: (...args) => recordTest(database, ...args),
    replay: (...args) => database.transaction((tx) => replay(tx, tell, ...args)),

    async secrets(id) {
      const [row] = await database.query<SealedSecrets>(
        `select w.id, w.owner_id, ${secretColumns} from webhook_endpoints w where w.id = $1`,
        [id],
      );
      return row ? openSecrets(seal, row) : null;
    },

    async paused(ownerId) {
      const [row] = await database.query<{ paused: number }>(
        `select count(*)::int as paused from webhook_endpoints
         where paused_at is not null and ($1::text is null or owner_id = $1)`,
        [ownerId],
      );
      return row?.paused ?? 0;
    },

    async any() {
      return (await database.query('select 1 as found from webhook_endpoints limit 1')).length > 0;
    },

    reseal: () => database.transaction((tx) => reseal(tx, seal)),
    listen: (listener) => database.listen(channel, listener),
  };
}

/** What can be signed with, the newest first; empty where it was sealed with a secret that is not known here. */
export function openSecrets(seal: Seal, row: SealedSecrets): string[] {
  const { secret, key_id, previous_secret, previous_key_id } = row;
  const found = [
    seal.open(secret, key_id, boundTo(row)),
    previous_secret && previous_key_id ? seal.open(previous_secret, previous_key_id, boundTo(row)) : null,
  ];
  return found.filter((one) => one !== null);
}

async function reseal(tx: Queryable, seal: Seal): Promise<number> {
  const rows = await tx.query<SealedSecrets>(
    `select id, owner_id, secret, key_id, previous_secret, previous_key_id from webhook_endpoints
     where key_id <> $1 or previous_key_id <> $1 for update`,
    [seal.keyId],
  );
  let resealed = 0;
  for (const row of rows) {
    const again = (text: string | null, keyId: string | null) => {
      const open = text && keyId ? seal.open(text, keyId, boundTo(row)) : null;
      return open === null ? { text, keyId } : { text: seal.close(open, boundTo(row)), keyId: seal.keyId };
    };
    const present = again(row.secret, row.key_id);
    const previous = again(row.previous_secret, row.previous_key_id);
    await tx.query(
      `update webhook_endpoints set secret = $2, key_id = $3, previous_secret = $4, previous_key_id = $5 where id = $1`,
      [row.id, present.text, present.keyId, previous.text, previous.keyId],
    );
    if (present.keyId === seal.keyId) resealed += 1;
  }
  return resealed;
}

/** Whoever is the first hears of what is committed from now on; while there are others, they are not read past. */
const beginStatement = `
  insert into webhook_position (xid, event_id)
  select coalesce(max_event.xid, '0'::xid8), coalesce(max_event.id, 0) from (select) as always
  left join lateral (
    select xid, id from events where xid < pg_snapshot_xmin(pg_current_snapshot()) order by xid desc, id desc limit 1
  ) as max_event on true
  on conflict (one) do update set xid = excluded.xid, event_id = excluded.event_id
  where not exists (select from webhook_endpoints)`;

const releaseStatement = `
  update webhook_deliveries set state = 'pending', job_id = null, next_at = null, give_up_at = now() + ${patience}
  where endpoint_id = $1 and state = 'held'`;
