import type { RandomAccess } from './random-access.ts';

/** Browsers and document readers decide by a file's first kilobytes, archive readers by its last. */
const startBytes = 4_096;
const endBytes = 65_557;

const atStart: [pattern: RegExp, what: string][] = [
  [/<(!doctype|html|script|svg|iframe|body|head)[\s>/]/i, 'a web page'],
  [/<\?php\b/i, 'a program'],
  [/%PDF-\d/, 'a PDF document'],
];
/** The record that ends an archive, with its two disk numbers, which are always 0. */
const archiveEnd = Buffer.from('504b050600000000', 'hex');

export const readStart = async (file: RandomAccess): Promise<Buffer> =>
  Buffer.from(await file.read(0, Math.min(file.bytes, startBytes)));

export const readEnd = async (file: RandomAccess): Promise<Buffer> =>
  Buffer.from(await file.read(Math.max(0, file.bytes - endBytes), file.bytes));

/** What a program that guesses by the first bytes would take a file for; null = nothing else. */
export const smuggledAtStart = (start: Buffer): string | null =>
  atStart.find(([pattern]) => pattern.test(start.toString('latin1')))?.[1] ?? null;

/** And by the last ones. */
export function smuggledAtEnd(end: Buffer): string | null {
  if (end.includes(archiveEnd)) return 'an archive';
  return /<(script|html|svg)[\s>]/i.test(end.toString('latin1')) ? 'a web page' : null;
}
