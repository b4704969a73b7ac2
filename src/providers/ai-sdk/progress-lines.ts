/** The percent of the last progress bar (tqdm's) in what a model printed; null = there is none. */
export function percentIn(lines: string): number | null {
  const bars = [...lines.matchAll(/(?:^|[\s:])(\d{1,3})(?:\.\d+)?%\s*\|/g)];
  const percent = Number(bars.at(-1)?.[1] ?? Number.NaN);
  return percent >= 0 && percent <= 100 ? percent : null;
}
