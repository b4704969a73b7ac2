import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { keptFile } from './kept-file.ts';

const dir = mkdtempSync(join(tmpdir(), 'dailies-kept-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

it('is made once, however many need it at once, and read by its owner alone', async () => {
  const path = join(dir, 'deep', 'secret');
  let made = 0;
  const texts = await Promise.all(Array.from({ length: 20 }, () => keptFile(path, () => `secret ${++made}`)));
  expect(new Set(texts).size).toBe(1);
  expect(readFileSync(path, 'utf8')).toBe(`${texts[0]}\n`);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(await keptFile(path, () => 'another')).toBe(texts[0]);
});

it('says which file stays empty', async () => {
  const path = join(dir, 'empty');
  writeFileSync(path, '');
  await expect(keptFile(path, () => 'x')).rejects.toThrow(`${path} is empty`);
});
