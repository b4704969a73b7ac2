import type { Character, Once } from '#engine/system.ts';
import type { Queryable } from '#store/database/database.ts';
import { characterRows, type Row } from '#store/rows.ts';
import { type Connection, now } from '#store/sql.ts';
import { earlier } from './once.ts';

export async function addCharacter(
  connection: Connection,
  character: Omit<Character, 'createdAt'>,
  once: Once | null,
): Promise<{ id: string; onceId: string | null; replayed: boolean }> {
  return connection.database.transaction(async (tx) => {
    const before = once && (await earlier(connection, tx, once, [character.id]));
    if (before) return { id: before.resultIds[0] ?? '', onceId: before.id, replayed: true };
    const { id, ownerId, name, provider, upstreamId } = character;
    await tx.query(
      `insert into characters (id, owner_id, name, provider, upstream_id, created_at)
       values ($2, $3, $4, $5, $6, ${now})`,
      [connection.now(), id, ownerId, name, provider, upstreamId],
    );
    return { id, onceId: once?.id ?? null, replayed: false };
  });
}

export async function character(
  { database }: { database: Queryable },
  id: string,
  ownerId: string | null,
): Promise<Character | null> {
  const [found] = await database.query<{ row: Row }>(
    'select row_to_json(c) as row from characters c where id = $1 and ($2::text is null or owner_id = $2)',
    [id, ownerId],
  );
  return found ? characterRows.read(found.row) : null;
}

/** The provider has it. */
export async function confirmCharacter(
  { database }: { database: Queryable },
  id: string,
  upstreamId: string,
): Promise<void> {
  await database.query('update characters set upstream_id = $2 where id = $1', [id, upstreamId]);
}

/** The provider has refused it: as if nobody had asked. */
export async function dropCharacter({ database }: Connection, id: string): Promise<void> {
  await database.transaction(async (tx) => {
    await tx.query('delete from idempotency_keys where result_ids = array[$1]', [id]);
    await tx.query('delete from characters where id = $1', [id]);
  });
}
