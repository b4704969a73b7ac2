import type { Row } from './justify.ts';

/** The card that an arrow key leads to from card `at`: its neighbour, or the nearest one in the row above or below. */
export function nextByArrow(key: string, at: number, rows: readonly Row[]): number | null {
  const count = rows.reduce((sum, row) => sum + row.items.length, 0);
  if (key === 'ArrowLeft') return at > 0 ? at - 1 : null;
  if (key === 'ArrowRight') return at < count - 1 ? at + 1 : null;
  if (key !== 'ArrowUp' && key !== 'ArrowDown') return null;
  const rowIndex = rows.findIndex((row) => row.items.some(({ index }) => index === at));
  const from = rows[rowIndex];
  const to = rows[rowIndex + (key === 'ArrowUp' ? -1 : 1)];
  if (!from || !to) return null;
  const middle = middles(from).find(({ index }) => index === at)?.x ?? 0;
  return middles(to).reduce((best, card) => (Math.abs(card.x - middle) < Math.abs(best.x - middle) ? card : best))
    .index;
}

function middles(row: Row): { index: number; x: number }[] {
  let left = 0;
  return row.items.map(({ index, width }) => {
    const x = left + width / 2;
    left += width;
    return { index, x };
  });
}
