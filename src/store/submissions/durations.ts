import type { Connection } from '#store/sql.ts';
import { type Quantiles, quantilesOf } from '#video/progress.ts';

/** How many completions teach, and how few teach nothing yet. */
export const learnedFrom = { most: 200, least: 5 };

/** Learned render times in milliseconds of the newest completions of a kind; null while there are too few. */
export async function quantiles(
  { database }: Connection,
  model: string,
  seconds: number,
  size: string,
): Promise<Quantiles | null> {
  const rows = await database.query<{ ms: number }>(
    `select render_ms as ms from durations where model = $1 and seconds = $2 and size = $3 order by id desc limit $4`,
    [model, seconds, size, learnedFrom.most],
  );
  return rows.length < learnedFrom.least ? null : quantilesOf(rows.map(({ ms }) => ms));
}
