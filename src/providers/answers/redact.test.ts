import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Json } from '#video/video.ts';
import { createRedact } from './redact.ts';

const redact = createRedact(['sk-canary', null, '']);

test.each([
  ['see https://x.example/a?sig=1, please', 'see [url] please'],
  ['s3://bucket/key and gs://b/k', '[url] and [url]'],
  ['data:image/png;base64,AAAA', '[url]'],
  ['the key sk-canary is wrong', 'the key [key] is wrong'],
  ['a\u0000b', 'ab'],
  [`${'x'.repeat(50)}://host/path?key=1`, `${'x'.repeat(20)}[url]`],
  ['12:30 at 720x1280', '12:30 at 720x1280'],
])('%j becomes %j', (text, expected) => {
  expect(redact.text(text)).toBe(expected);
});

test('keys that hold addresses or secrets are left out, at any depth', () => {
  const json = { id: 'a', url: 'x', videoUrl: 'x', file_path: '/x', deep: [{ hook_token: 'x', ok: 1 }] };
  expect(redact.json(json)).toEqual({ id: 'a', deep: [{ ok: 1 }] });
});

test.each(['a.', 'data:', 'a+a:', '://', 'a '])('a megabyte of %j is read in no time', (piece) => {
  const startedMs = performance.now();
  expect(redact.text(piece.repeat(1_000_000 / piece.length)).length).toBeLessThan(1_010);
  expect(performance.now() - startedMs).toBeLessThan(3_000);
});

test('whatever comes in, at most 8 kB of clean JSON come out', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 12 }), fc.string({ unit: 'binary', maxLength: 20_000 }), (value, text) => {
      const out = JSON.stringify(redact.json({ value: value as Json, text, key: `sk-canary${text}` }));
      expect(Buffer.byteLength(out)).toBeLessThanOrEqual(8_192);
      expect(out).not.toMatch(/\\u0000|\\ud[89a-f]|sk-canary|:\/\//);
    }),
  );
});
