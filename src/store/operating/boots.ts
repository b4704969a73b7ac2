import { type Connection, now } from '#store/sql.ts';

export async function recordBoot({ database, now: time }: Connection): Promise<void> {
  await database.query(`insert into boots (at) values (${now})`, [time()]);
}

/** How often the engine was started within a time: what a video has survived. */
export async function bootsBetween({ database }: Connection, from: Date, to: Date): Promise<number> {
  const [row] = await database.query<{ n: number }>(
    'select count(*)::int as n from boots where at between $1::timestamptz and $2::timestamptz',
    [from, to],
  );
  return row?.n ?? 0;
}
