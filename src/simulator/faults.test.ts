import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { directives, readFaults } from './faults.ts';

test('a prompt without directives is left alone', () => {
  expect(readFaults('a red fox [in snow] [slow:motion] [toString] [fail:whale]')).toEqual({
    faults: {},
    text: 'a red fox [in snow] [slow:motion] [toString] [fail:whale]',
  });
});

test('directives are read and taken out of the text', () => {
  const { faults, text } = readFaults('a fox [queue:1.5] in snow [http:503x3] [create-http:503+jobx2][garble]');
  expect(text).toBe('a fox in snow');
  expect(faults).toEqual({
    queue: 1_500,
    http: { status: 503, times: 3 },
    'create-http': { status: 503, job: true, times: 2 },
    garble: 1,
  });
});

test('every example works and is a row of docs/simulator.md', () => {
  const page = readFileSync(new URL('../../docs/simulator.md', import.meta.url), 'utf8');
  for (const [name, { example, effect }] of Object.entries(directives)) {
    expect(Object.keys(readFaults(example).faults)).toEqual([name]);
    expect(page).toContain(`| \`${example}\` | ${effect} |`);
  }
});
