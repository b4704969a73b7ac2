import { expect, test } from 'vitest';
import type { ProviderView } from './admin-api.ts';
import { isFailing, needsPerson, stateOf } from './provider-state.ts';

const at = '2026-01-01T10:00:00.000Z';
const well: ProviderView = {
  id: 'openai',
  configured: true,
  name: 'Example',
  cancels: true,
  paused_at: null,
  starts_stopped_at: null,
  circuit: null,
  calls: { verified: 0, refused: 0, missed: 0 },
  slots: null,
  requests_per_minute: null,
  running: 0,
  queued: 0,
  overdue: 0,
  needs_decision: 0,
  trouble: null,
};
const trouble = (kind: NonNullable<ProviderView['trouble']>['kind']) => ({ kind, since: at, videos: 3 });

test('a provider that fails says that it is paused, too', () => {
  expect(stateOf({ ...well, paused_at: at, trouble: trouble('auth') }).why).toMatch(/refuses our key.*paused, too/);
  expect(stateOf({ ...well, paused_at: at }).why).not.toMatch(/too/);
});

test('a refused key or a provider that is gone is for a person to mend, the rest mends itself', () => {
  expect(needsPerson({ ...well, trouble: trouble('auth') })).toBe(true);
  expect(needsPerson({ ...well, configured: false })).toBe(true);
  expect(needsPerson({ ...well, trouble: trouble('transient') })).toBe(false);
});

test.each<[string, Partial<ProviderView>, string, boolean]>([
  ['that answers', {}, 'Works', false],
  ['that an operator paused', { paused_at: at }, 'Paused', false],
  ['that refuses our key', { trouble: trouble('auth') }, 'Failing', true],
  ['that asks us to wait', { trouble: trouble('rate_limited') }, 'Asked to wait', false],
  ['that answers nobody', { circuit: { open_since: at, next_try_at: at } }, 'Failing', true],
  ['whose answers get lost', { starts_stopped_at: at }, 'Failing', true],
  ['that fails, paused or not', { paused_at: at, trouble: trouble('protocol') }, 'Failing', true],
  ['that nobody configured', { configured: false, trouble: trouble('transient') }, 'Not configured', false],
])('a provider %s', (_which, patch, word, failing) => {
  expect(stateOf({ ...well, ...patch }).word).toBe(word);
  expect(isFailing({ ...well, ...patch })).toBe(failing);
});
