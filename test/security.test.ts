import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

// docs/security.md claims that a test shows what it says: this holds it to its word.

const projectDir = join(import.meta.dirname, '..');
const read = (file: string) => readFileSync(join(projectDir, file), 'utf8');

const rows = read('docs/security.md')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !/^\| (risk|---) /.test(line))
  .map((line) => {
    const [, risk = '', , test = '', ...rest] = line.split('|').map((cell) => cell.trim());
    if (rest.length !== 1) throw new Error(`not three cells: ${line}`);
    return { risk, test };
  });

it('has rows', () => {
  expect(rows.length).toBeGreaterThan(40);
});

describe.each(rows)('$risk', ({ test }) => {
  it('has a test that exists', () => {
    const [, file = '', title = ''] = /^`([^`]+)` › (.+)$/.exec(test) ?? [];
    expect(file).toMatch(/\.(?:test|spec)\.ts$|conformance\.ts$/);
    const source = read(file).replace(/\\(['"`])/g, '$1');
    const stands = ["'", '"', '`'].some((mark) => source.includes(`${mark}${title}${mark}`));
    expect(stands, `"${title}" stands in ${file}`).toBe(true);
  });
});
