import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { KeyHolder } from '#store/people/keys.ts';
import { rememberKeys } from './known-keys.ts';

const holder: KeyHolder = { id: 'key_1', ownerId: 'owner', role: 'member', scopes: ['read'], createsPerMinute: null };
const unused = () => Promise.reject(new Error('not of this test'));
let valid: Set<string>;
let asked: string[];
const keys = rememberKeys({
  create: unused,
  ensure: unused,
  list: unused,
  revoke: unused,
  async verify(secret) {
    asked.push(secret);
    if (secret === 'broken') throw new Error('the database is away');
    return valid.has(secret) ? holder : null;
  },
});

beforeEach(() => {
  vi.useFakeTimers();
  valid = new Set(['right']);
  asked = [];
});
afterEach(() => {
  vi.advanceTimersByTime(60_000);
  vi.useRealTimers();
});

test('a key that is used a hundred times within a second is looked up once', async () => {
  const answers = await Promise.all(Array.from({ length: 100 }, () => keys.verify('right')));
  expect(new Set(answers)).toEqual(new Set([holder]));
  expect(asked).toEqual(['right']);
});

test('a revoked key is refused a second later', async () => {
  await keys.verify('right');
  valid.clear();
  vi.advanceTimersByTime(1_001);
  expect(await keys.verify('right')).toBeNull();
});

test('what is forgotten is asked about at once', async () => {
  await keys.verify('right');
  valid.clear();
  keys.forget();
  expect(await keys.verify('right')).toBeNull();
});

test('a key that was wrong works as soon as it is made', async () => {
  expect(await keys.verify('new')).toBeNull();
  valid.add('new');
  expect(await keys.verify('new')).toEqual(holder);
});

test('one key never stands for another', async () => {
  await keys.verify('right');
  expect(await keys.verify('righ')).toBeNull();
});

test('a failed look-up is an error, and is not remembered', async () => {
  await expect(keys.verify('broken')).rejects.toThrow('the database is away');
  await expect(keys.verify('broken')).rejects.toThrow('the database is away');
  expect(asked).toEqual(['broken', 'broken']);
});
