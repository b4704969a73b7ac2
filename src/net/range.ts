/** Bytes from `start` to `end`, both included. */
export type Range = { start: number; end: number };

/**
 * Reads a Range header for a file of `size` bytes (RFC 9110, 14.2). Null = send everything: no header, another unit,
 * several ranges, or nothing that can be understood. `unsatisfiable` = 416.
 */
export function parseRange(header: string | null | undefined, size: number): Range | 'unsatisfiable' | null {
  const [, first, last] = /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/i.exec(header ?? '') ?? [];
  if (first === undefined || last === undefined || (first === '' && last === '')) return null;
  if (first === '') {
    const wanted = Number(last);
    return wanted === 0 || size === 0 ? 'unsatisfiable' : { start: Math.max(0, size - wanted), end: size - 1 };
  }
  const start = Number(first);
  const end = last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (last !== '' && Number(last) < start) return null;
  return start >= size ? 'unsatisfiable' : { start, end };
}
