import type { Asset } from '#video/video.ts';
import { toJson } from './json.ts';
import { assetRows, type Row, toAsset } from './rows.ts';
import { type Connection, now } from './sql.ts';

export async function asset({ database }: Connection, id: string, ownerId: string | null): Promise<Asset | null> {
  const [row] = await database.query<{ asset: Row }>(
    `select row_to_json(f) as asset from assets f where f.id = $1 and ($2::text is null or f.owner_id = $2)`,
    [id, ownerId],
  );
  return row ? toAsset(row.asset) : null;
}

/** A file that belongs to an owner, and perhaps to no video: a reference image. */
export async function addAsset({ database, now: time }: Connection, file: Asset, ownerId: string): Promise<void> {
  const columns = assetRows.list(Object.keys(file));
  await database.query(
    `insert into assets (${columns}, owner_id, created_at)
     select ${columns}, $3, ${now} from jsonb_populate_record(null::assets, $2::jsonb)`,
    [time(), toJson(assetRows.write(file)), ownerId],
  );
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
