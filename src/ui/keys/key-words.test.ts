import { expect, test } from 'vitest';
import { keyFacts, keyTrouble, scopesFor } from './key-words.ts';
import type { KeyView } from './keys-api.ts';

const now = Date.parse('2026-11-21T12:00:00Z');
const key: KeyView = {
  id: 'key_1',
  name: 'laptop',
  prefix: 'dk_abcde',
  owner: { id: 'ada', name: 'Ada' },
  scopes: ['read', 'create'],
  creates_per_minute: null,
  created_at: '2026-11-21T09:00:00Z',
  expires_at: null,
  last_used_at: null,
  revoked_at: null,
  state: 'active',
};

test('a key says what it may, when it was made, and that nobody used it', () => {
  expect(keyFacts(key, now)).toEqual(['May look and create', 'made today', 'never used']);
});

test('a key that was used and ends says when, and how much it may', () => {
  const facts = keyFacts(
    {
      ...key,
      scopes: ['read'],
      creates_per_minute: 5,
      last_used_at: '2026-11-20T12:00:00Z',
      expires_at: '2027-01-02T12:00:00Z',
    },
    now,
  );
  expect(facts.slice(0, 2)).toEqual(['May look', '5 clips a minute']);
  expect(facts[3]).toBe('last used yesterday');
  expect(facts[4]).toMatch(/^ends .*2027/);
});

test('a key that opens nothing says why', () => {
  expect(
    ['active', 'expired', 'revoked', 'idle'].map((state) => keyTrouble({ state: state as KeyView['state'] })),
  ).toEqual([null, 'Has run out', 'Revoked', 'Its owner is disabled']);
});

test('nobody is offered a scope that their role may not give', () => {
  expect([scopesFor('viewer'), scopesFor('member'), scopesFor('admin')]).toEqual([
    ['read'],
    ['read', 'create'],
    ['read', 'create', 'admin'],
  ]);
});
