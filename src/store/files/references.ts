import type { Reference, ReferenceQuery } from '#engine/system.ts';
import { toJson } from '#store/json.ts';
import { assetRows, type Row, toAsset } from '#store/rows.ts';
import { type Connection, now, terminal } from '#store/sql.ts';
import type { Asset } from '#video/video.ts';

/** Live videos, and all that their owners can still see: their reference files stay. */
const uses = `inputs <> '{}' and inputs @> array[f.id]`;

export async function addReference(
  { database, now: time }: Connection,
  file: Asset,
  ownerId: string,
  about: Pick<Reference, 'name' | 'purpose'>,
): Promise<void> {
  const row = { ...file, ...about };
  const columns = assetRows.list(Object.keys(row));
  await database.query(
    `insert into assets (${columns}, owner_id, created_at)
     select ${columns}, $3, ${now} from jsonb_populate_record(null::assets, $2::jsonb)`,
    [time(), toJson(assetRows.write(row)), ownerId],
  );
}

export async function reference(
  { database }: Connection,
  id: string,
  ownerId: string | null,
): Promise<Reference | null> {
  const [found] = await database.query<{ file: Row }>(
    `select row_to_json(f) as file from assets f
     where f.id = $1 and f.kind = 'reference' and ($2::text is null or f.owner_id = $2)`,
    [id, ownerId],
  );
  return found ? toReference(found.file) : null;
}

/** One page in the order of ids, which is that of time. */
export async function references({ database }: Connection, query: ReferenceQuery): Promise<Reference[]> {
  const order = query.order === 'asc' ? 'asc' : 'desc';
  const rows = await database.query<{ file: Row }>(
    `select row_to_json(f) as file from assets f
     where f.kind = 'reference' and f.owner_id = $1
       and ($2::text is null or f.purpose = $2)
       and ($3::text is null or f.id ${order === 'asc' ? '>' : '<'} $3)
     order by f.id ${order} limit $4`,
    [query.ownerId, query.purpose ?? null, query.after ?? null, query.limit],
  );
  return rows.map(({ file }) => toReference(file));
}

/** The row goes, unless a video that is not over needs the file. */
export async function dropReference(
  { database }: Connection,
  id: string,
  ownerId: string | null,
): Promise<Asset | 'in_use' | null> {
  const [found] = await database.query<{ file: Row; used: boolean }>(
    `with asked as (
       select f.*, exists (select from videos where ${uses} and state not in (${terminal})) as used
       from assets f where f.id = $1 and f.kind = 'reference' and ($2::text is null or f.owner_id = $2)
     ), dropped as (
       delete from assets f using asked where f.id = asked.id and not asked.used
     )
     select row_to_json(asked) as file, used from asked`,
    [id, ownerId],
  );
  if (!found) return null;
  return found.used ? 'in_use' : toAsset(found.file);
}

/** Drops the rows of files that no video uses and that are older than this; answers them. */
export async function dropUnusedReferences({ database }: Connection, before: Date, limit: number): Promise<Asset[]> {
  const rows = await database.query<{ file: Row }>(
    `delete from assets where id in (
       select f.id from assets f
       where f.kind = 'reference' and f.created_at < $1
         and not exists (select from videos where ${uses} and (hidden_at is null or state not in (${terminal})))
       order by f.id limit $2
     ) returning row_to_json(assets) as file`,
    [before, limit],
  );
  return rows.map(({ file }) => toAsset(file));
}

function toReference(row: Row): Reference {
  const { ownerId: _owner, ...file } = assetRows.read(row);
  return file;
}
