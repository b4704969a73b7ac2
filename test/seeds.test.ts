import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

// docs/seeds.md claims that something asked for is here, and that a test shows it: this holds it to its word.

const projectDir = join(import.meta.dirname, '..');
const page = readFileSync(join(projectDir, 'docs/seeds.md'), 'utf8');

type Row = { asks: string; here: string; test: string; why: string };

const rows: Row[] = page
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| asks |') && !line.startsWith('| ---'))
  .map((line) => {
    const [, asks = '', here = '', test = '', why = '', ...rest] = line.split('|').map((cell) => cell.trim());
    if (rest.length !== 1) throw new Error(`not four cells: ${line}`);
    return { asks, here, test, why };
  });

/** What is put between backticks and looks like a file of this repository. */
const filesIn = (text: string): string[] =>
  [...text.matchAll(/`([^`\s]+)`/g)]
    .map((match) => match[1] as string)
    .filter((name) => /^(?:src|docs|test|bench|bin)\/.*\.\w+$|^(?:package\.json|\.env\.example)$/.test(name));

/** A source file as it is read aloud: without the escapes of quotation marks. */
const sourceOf = (file: string): string => readFileSync(join(projectDir, file), 'utf8').replace(/\\(['"`])/g, '$1');

const isTitle = (title: string, source: string): boolean =>
  ["'", '"', '`'].some((mark) => source.includes(`${mark}${title}${mark}`));

it('has rows for both documents', () => {
  expect(rows.filter(({ asks }) => /^A\b/.test(asks)).length).toBeGreaterThan(40);
  expect(rows.filter(({ asks }) => /^(?:A, )?B\b/.test(asks)).length).toBeGreaterThan(50);
});

describe.each(rows)('$asks', ({ asks, here, test, why }) => {
  it('quotes one of the two documents', () => {
    expect(asks).toMatch(/^(?:A|B|A, B): /);
  });

  it('names files that exist', () => {
    expect(filesIn(`${asks} ${here} ${test} ${why}`).filter((file) => !existsSync(join(projectDir, file)))).toEqual([]);
  });

  it('has a test that exists, or a reason', () => {
    if (test === '–') return expect(why).toMatch(/^(?:Open: |Measured: |Not ours to test: ).{20,}/);
    const [, file = '', title = ''] = /^`([^`]+)` › (.+)$/.exec(test) ?? [];
    expect(file).toMatch(/\.(?:test|spec)\.ts$|conformance(?:\/|\.ts$)/);
    expect(isTitle(title, sourceOf(file)), `"${title}" stands in ${file}`).toBe(true);
    expect(filesIn(here).length, 'a place where it lives').toBeGreaterThan(0);
  });
});
