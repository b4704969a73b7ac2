import type { OwnerLimits } from '#engine/system.ts';
import { writeEvent } from '#store/events/write-event.ts';
import { type Connection, notify } from '#store/sql.ts';
import type { Actor, JsonObject } from '#video/video.ts';

/** What an owner may run and queue, where an admin said so. */
export async function ownerLimits({ database }: Connection, ownerId: string): Promise<OwnerLimits> {
  const [row] = await database.query<OwnerLimits>(
    'select max_running as "maxRunning", max_queued as "maxQueued" from owner_limits where owner_id = $1',
    [ownerId],
  );
  return row ?? { maxRunning: null, maxQueued: null };
}

/** What is left out stays as it is. Writes an event, and wakes who admits. */
export async function setOwnerLimits(
  connection: Connection,
  ownerId: string,
  wish: Partial<OwnerLimits>,
  actor: Actor,
): Promise<void> {
  const { database } = connection;
  await database.transaction(async (tx) => {
    const [row] = await tx.query<OwnerLimits>(
      `insert into owner_limits as o (owner_id, max_running, max_queued) values ($1, $2, $3)
       on conflict (owner_id) do update set
         max_running = case when $4 then $2 else o.max_running end,
         max_queued = case when $5 then $3 else o.max_queued end
       returning max_running as "maxRunning", max_queued as "maxQueued"`,
      [
        ownerId,
        wish.maxRunning ?? null,
        wish.maxQueued ?? null,
        wish.maxRunning !== undefined,
        wish.maxQueued !== undefined,
      ],
    );
    if (!row) throw new Error('the limits were not written');
    await writeEvent(database, tx, { type: 'owner_limits_changed', actor, data: limitsChange(ownerId, row) });
    await notify(connection, tx, 'due');
  });
}

/** For the event. */
export const limitsChange = (owner: string, { maxRunning, maxQueued }: OwnerLimits): JsonObject => ({
  owner,
  max_running: maxRunning,
  max_queued: maxQueued,
});
