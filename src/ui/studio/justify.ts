export type Row = { height: number; items: { index: number; width: number }[] };

/**
 * Rows that fill the width, each picture in its true aspect ratio. A row is closed when it is wide enough at the target
 * height and then scaled to fit; the last one stays at the target height.
 */
export function justify(aspects: readonly number[], width: number, targetHeight: number, gap: number): Row[] {
  if (width <= 0) return [];
  const rows: Row[] = [];
  let open: number[] = [];
  const close = (height: number) => {
    rows.push({ height, items: open.map((index) => ({ index, width: (aspects[index] ?? 1) * height })) });
    open = [];
  };
  const heightToFit = () => (width - gap * (open.length - 1)) / open.reduce((sum, i) => sum + (aspects[i] ?? 1), 0);
  aspects.forEach((_, index) => {
    open.push(index);
    if (heightToFit() <= targetHeight) close(heightToFit());
  });
  if (open.length > 0) close(Math.min(targetHeight, heightToFit()));
  return rows;
}

/** One picture per row, as on a phone; a tall one is made smaller until it is `maxHeight` high. */
export const stack = (aspects: readonly number[], width: number, maxHeight: number): Row[] =>
  width <= 0
    ? []
    : aspects.map((aspect, index) => {
        const height = Math.min(maxHeight, width / aspect);
        return { height, items: [{ index, width: height * aspect }] };
      });
