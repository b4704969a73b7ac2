/** An inclusive range of bytes, `all` of the file, or one that the file does not have. */
export type Range = { start: number; end: number } | 'all' | 'unsatisfiable';

/** The Range header of RFC 9110 §14. More than one range, and what is not understood, means the whole file. */
export function parseRange(header: string | undefined, bytes: number): Range {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return 'all';
  if (match[1] === '') {
    const last = Number(match[2]);
    return last === 0 || bytes === 0 ? 'unsatisfiable' : { start: Math.max(0, bytes - last), end: bytes - 1 };
  }
  const start = Number(match[1]);
  const end = match[2] === '' ? bytes - 1 : Math.min(bytes - 1, Number(match[2]));
  if (match[2] !== '' && Number(match[2]) < start) return 'all';
  return start >= bytes ? 'unsatisfiable' : { start, end };
}
