import type { Expiring, ExpiryRule } from '#engine/system.ts';
import { type Row, toAsset } from '#store/rows.ts';
import { type Connection, notify, now, terminal } from '#store/sql.ts';
import type { Asset } from '#video/video.ts';

/** $1 finished before, and not starred; $2 deleted before. */
const due = `v.state in (${terminal})
  and ((v.state = 'completed' and v.completed_at < $1 and v.starred_at is null) or v.hidden_at < $2)
  and exists (select from assets f where f.video_id = v.id)`;

export async function expiring({ database }: Connection, rule: ExpiryRule, limit: number): Promise<Expiring[]> {
  const rows = await database.query<{
    id: string;
    ownerId: string;
    prompt: string;
    completedAt: string;
    bytes: string;
  }>(
    `select v.id, v.owner_id as "ownerId", v.prompt, coalesce(v.completed_at, v.hidden_at)::text as "completedAt",
       (select sum(f.bytes) from assets f where f.video_id = v.id)::text as bytes
     from videos v where ${due} order by v.completed_at, v.id limit $3`,
    [rule.finishedBefore, rule.deletedBefore, limit],
  );
  return rows.map((row) => ({ ...row, completedAt: new Date(row.completedAt), bytes: Number(row.bytes) }));
}

/** Takes the files of a video out of the books, and writes it down; their bytes are the caller's to delete. */
export async function expire(connection: Connection, id: string, rule: ExpiryRule): Promise<Asset[]> {
  return connection.database.transaction(async (tx) => {
    const [video] = await tx.query(
      `update videos v set clip_asset_id = null where v.id = $3 and ${due} returning 1 as found`,
      [rule.finishedBefore, rule.deletedBefore, id],
    );
    if (!video) return [];
    const files = await tx.query<{ file: Row }>(
      'delete from assets f where f.video_id = $1 returning row_to_json(f) as file',
      [id],
    );
    await tx.query(
      `insert into events (video_id, owner_id, at, type, actor, state_before, state_after, data)
       select id, owner_id, ${now}, 'clip_deleted', '{"type": "system"}', state, state, '{}' from videos where id = $2`,
      [connection.now(), id],
    );
    await notify(connection, tx, 'events');
    return files.map(({ file }) => toAsset(file));
  });
}
