/** A plot is 100 wide and 100 high, and stretched to its place; y grows downwards. */

const across = (index: number, count: number): number => round(((index + 0.5) / count) * 100);
const down = (value: number, max: number): number => round(100 - (value / (max || 1)) * 100);
const round = (n: number): number => Math.round(n * 100) / 100;

/** A level over time, as the path of a line. */
export const linePath = (values: readonly number[], max: number): string =>
  values.map((value, i) => `${i ? 'L' : 'M'}${across(i, values.length)} ${down(value, max)}`).join('');

/** Counts per stretch of time, as bars that stand on `bases` (of the bars below them); nothing where nothing was. */
export const barsPath = (values: readonly number[], max: number, bases: readonly number[] = []): string =>
  values
    .map((value, i) => {
      if (value === 0) return '';
      const width = round(70 / values.length);
      const base = bases[i] ?? 0;
      return `M${round(across(i, values.length) - width / 2)} ${down(base, max)}V${down(base + value, max)}h${width}V${down(base, max)}z`;
    })
    .join('');

/** The stretch that lies under a point, `share` of the way from left to right. */
export const indexAt = (share: number, count: number): number =>
  Math.min(count - 1, Math.max(0, Math.floor(share * count)));
