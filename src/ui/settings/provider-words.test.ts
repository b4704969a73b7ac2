import { expect, test } from 'vitest';
import { idFrom, keyWords, stateLook } from './provider-words.ts';

test('an id is made out of a name, and never one that is taken', () => {
  expect(idFrom('My GPU box', [])).toBe('my-gpu-box');
  expect(idFrom('My GPU box', ['my-gpu-box', 'my-gpu-box-2'])).toBe('my-gpu-box-3');
  expect(idFrom('4090 –', [])).toBe('server');
  expect(idFrom('Simulator', [])).toBe('simulator-2');
});

test('a key is told by where it comes from', () => {
  expect(keyWords({ key: null, variable: null })).toBeNull();
  expect(keyWords({ key: { from: 'env:FAL_KEY', hint: 'f00d', since: null }, variable: 'FAL_KEY' })).toBe(
    'key …f00d, from FAL_KEY',
  );
  expect(keyWords({ key: { from: 'stored', hint: null, since: null }, variable: 'FAL_KEY' })).toBe(
    'key; it stands before that in FAL_KEY',
  );
});

test('paused is said of what would be ready', () => {
  expect(stateLook({ state: 'ready', paused_at: '2026-01-01T00:00:00.000Z' }).word).toBe('Paused');
  expect(stateLook({ state: 'no_key', paused_at: '2026-01-01T00:00:00.000Z' }).word).toBe('Needs a key');
});
