import { join, posix, resolve, win32 } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkKey, isKey } from './key.ts';

const dir = resolve('/srv/media');
const step = fc.constantFrom(
  '..',
  '.',
  '',
  '~',
  'a',
  'CON',
  '%2e%2e',
  '..%2f',
  '\u0000',
  'ａ',
  '․․',
  'x'.repeat(300),
  'C:',
  '\\\\h',
);
const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.array(step, { minLength: 1, maxLength: 6 }).map((steps) => steps.join('/')),
  fc.array(step, { minLength: 1, maxLength: 6 }).map((steps) => steps.join('\\')),
  fc.tuple(fc.webPath(), fc.string()).map(([path, end]) => path + end),
  fc.stringMatching(/^[a-zA-Z0-9_/-]{1,40}$/),
);

test('no text that is taken for a key leads out of its directory, on any file system', () => {
  let taken = 0;
  fc.assert(
    fc.property(hostile, (text) => {
      if (!isKey(text)) {
        expect(() => checkKey(text)).toThrow('not a storage key');
        return;
      }
      taken++;
      expect(join(dir, text)).toBe(`${dir}/${text}`);
      expect(posix.normalize(text)).toBe(text);
      expect(win32.resolve('C:\\media', text)).toBe(`C:\\media\\${text.replaceAll('/', '\\')}`);
      expect(text).toMatch(/^[\w/-]+$/);
    }),
    { numRuns: 2_000 },
  );
  expect(taken).toBeGreaterThan(100);
});
