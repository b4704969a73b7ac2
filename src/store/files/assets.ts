import { toJson } from '#store/json.ts';
import { assetRows, type Row, toAsset } from '#store/rows.ts';
import { type Connection, notify, now, terminal } from '#store/sql.ts';
import type { Actor, Asset } from '#video/video.ts';

export async function asset({ database }: Connection, id: string, ownerId: string | null): Promise<Asset | null> {
  const [row] = await database.query<{ asset: Row }>(
    `select row_to_json(f) as asset from assets f where f.id = $1 and ($2::text is null or f.owner_id = $2)`,
    [id, ownerId],
  );
  return row ? toAsset(row.asset) : null;
}

/** A thumbnail of a stored clip that has none; false = it has one by now, or is no stored clip (any more). */
export async function addPoster(connection: Connection, poster: Asset, actor: Actor): Promise<boolean> {
  const { videoId, attemptId, id } = poster;
  const columns = assetRows.list(Object.keys(poster));
  return connection.database.transaction(async (tx) => {
    // Two at once: the second one waits here, and then sees the first one's.
    const [clip] = await tx.query(
      `select 1 as found from videos v join assets f on f.id = v.clip_asset_id
       where v.id = $1 and v.state = 'completed' and f.attempt_id = $2 for update of v`,
      [videoId, attemptId],
    );
    if (!clip) return false;
    const added = await tx.query(
      `insert into assets (${columns}, owner_id, created_at)
       select ${assetRows.list(Object.keys(poster), 'p.')}, v.owner_id, ${now}
       from jsonb_populate_record(null::assets, $2::jsonb) p join videos v on v.id = p.video_id
       where not exists (
         select from assets f where f.video_id = p.video_id and f.attempt_id = p.attempt_id and f.kind = 'thumbnail')
       returning 1 as added`,
      [connection.now(), toJson(assetRows.write(poster))],
    );
    if (added.length === 0) return false;
    await tx.query(
      `insert into events (video_id, owner_id, at, type, actor, state_before, state_after, data)
       select id, owner_id, ${now}, 'poster_added', $3::jsonb, state, state, $4::jsonb from videos where id = $2`,
      [connection.now(), videoId, toJson(actor), toJson({ asset: id })],
    );
    await notify(connection, tx, 'events');
    return true;
  });
}

/** Which of these storage keys no row stands for, though their video is known and over. */
export async function orphansAmong({ database }: Connection, keys: string[]): Promise<string[]> {
  const rows = await database.query<{ key: string }>(
    `select k.key from unnest($1::text[]) as k(key) join videos v on v.id = split_part(k.key, '/', 1)
     where v.state in (${terminal}) and not exists (select from assets f where f.key = k.key)`,
    [keys],
  );
  return rows.map(({ key }) => key);
}

/** False when the video is not there, or another owner's. */
export async function setStarred(
  { database, now: time }: Connection,
  id: string,
  ownerId: string | null,
  starred: boolean,
): Promise<boolean> {
  const found = await database.query(
    `update videos set starred_at = case when $4::boolean then coalesce(starred_at, ${now}) end
     where id = $2 and ($3::text is null or owner_id = $3) returning 1 as found`,
    [time(), id, ownerId, starred],
  );
  return found.length > 0;
}
