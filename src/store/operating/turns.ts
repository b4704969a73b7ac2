import { type Connection, now } from '#store/sql.ts';

/** One process at a time. A turn that nobody ended runs out by itself. */
export async function takeTurn(
  { database, now: time }: Connection,
  name: string,
  holder: string,
  forMs: number,
): Promise<boolean> {
  const taken = await database.query(
    `insert into turns as t (name, holder, until)
     values ($2, $3, ${now} + $4::double precision * interval '1 millisecond')
     on conflict (name) do update set holder = excluded.holder, until = excluded.until where t.until <= ${now}
     returning 1 as taken`,
    [time(), name, holder, forMs],
  );
  return taken.length > 0;
}

export async function endTurn({ database }: Connection, name: string, holder: string): Promise<void> {
  await database.query('delete from turns where name = $1 and holder = $2', [name, holder]);
}
