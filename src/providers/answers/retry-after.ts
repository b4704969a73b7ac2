/** Longer waits are taken for a mistake in units. */
const maxMs = 7 * 24 * 3_600_000;

/** `retry-after-ms`, else `retry-after` in seconds or as an HTTP date (RFC 9110, 10.2.3). Null = not said. */
export function retryAfterMs(header: (name: string) => string | null | undefined, nowMs: number): number | null {
  const exact = Number.parseFloat(header('retry-after-ms') ?? '');
  if (exact >= 0) return Math.min(exact, maxMs);
  const after = header('retry-after')?.trim();
  if (!after) return null;
  if (/^\d+(\.\d+)?$/.test(after)) return Math.min(Number(after) * 1_000, maxMs);
  // Date.parse alone takes almost anything for a date.
  const atMs = /^[a-z]{3}/i.test(after) ? Date.parse(after) : Number.NaN;
  return Number.isNaN(atMs) ? null : Math.min(Math.max(0, atMs - nowMs), maxMs);
}
