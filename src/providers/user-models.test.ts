import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { serverModel } from './catalogue.ts';
import { parseUserModels, readUserModels, withUserModels } from './user-models.ts';

const entry = { id: 'openai/wan' };
const parse = (...models: object[]) => parseUserModels(JSON.stringify({ models }));

test('the example of the documents is a models file, and adds and changes models', () => {
  const example = readFileSync(join(import.meta.dirname, '../../docs/models.example.json'), 'utf8');
  const veo = { ...serverModel('fal', 'fal-ai/veo3/fast'), audio: true };
  const models = withUserModels([veo], parseUserModels(example), ['fal', 'openai']);
  expect(models).toEqual([
    {
      ...veo,
      price: { perSecondUsd: { '720p': 0.1, '1080p': 0.15 }, source: 'our contract', asOf: '2026-11-01' },
      retires: { on: '2027-03-31', instead: 'openai/wan-2.2' },
    },
    {
      ...serverModel('openai', 'wan-2.2'),
      label: 'Wan 2.2 on our box',
      upstreamModel: 'Wan-AI/Wan2.2-T2V-A14B',
      sizes: ['1280x720', '720x1280'],
      seconds: [4, 8],
      firstFrame: 'optional',
      audio: false,
      price: { perSecondUsd: 0.02, source: 'our electricity bill', asOf: '2026-11-21' },
      typical: { p5: 60_000, p50: 120_000, p90: 300_000 },
      deadlineMs: 1_800_000,
    },
  ]);
});

test('null says that something is unknown, and what is left out stays', () => {
  const known = { ...serverModel('openai', 'wan'), sizes: ['320x180'], seconds: [4], deadlineMs: 5 };
  const [model] = withUserModels([known], parse({ ...entry, sizes: null, deadline_seconds: null }), ['openai']);
  expect(model).toEqual({ ...known, sizes: null, deadlineMs: null });
});

test('an entry waits until its provider is set up', () => {
  expect(withUserModels([], parse(entry), ['fal'])).toEqual([]);
});

test.each([
  [{ ...entry, sizes: ['big'] }, 'entry 1 (openai/wan), sizes.0: must be like 1280x720'],
  [{ id: 'wan' }, 'entry 1 (wan), id: must be provider/model, for example openai/wan-2.2'],
  [{ label: 'x' }, 'entry 1, id:'],
  [{ ...entry, colour: 'red' }, 'entry 1 (openai/wan), itself: Unrecognized key: "colour"'],
  [
    { ...entry, price: { per_second_usd: 1, source: 'x', as_of: 'today' } },
    'price.as_of: must be a date like 2026-11-21',
  ],
  [{ ...entry, price: { source: 'x', as_of: '2026-11-21' } }, 'price: must have per_second_usd or per_clip_usd'],
  [
    { ...entry, price: { per_second_usd: 'much', source: 'x', as_of: '2026-11-21' } },
    'price.per_second_usd: must be dollars',
  ],
  [{ ...entry, typical_seconds: { p5: 9, p50: 5, p90: 6 } }, 'typical_seconds: must grow from p5 to p90'],
])('%j is refused, and the message names entry, field and rule', (model, message) => {
  expect(() => parse(model)).toThrow(message);
});

test('a file that is no JSON, is cut, or names a model twice is refused', () => {
  expect(() => parseUserModels('{')).toThrow('the models file is not JSON');
  expect(() => parseUserModels('[]')).toThrow('the models file is wrong: it:');
  expect(() => parse(entry, entry)).toThrow('openai/wan stands in it twice');
});

test('without a file there are none', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'dailies-models-'));
  try {
    expect(await readUserModels(join(dir, 'models.json'))).toEqual([]);
    writeFileSync(join(dir, 'models.json'), '{"models":[{"id":"openai/wan"}]}');
    expect(await readUserModels(join(dir, 'models.json'))).toEqual([entry]);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});
