import { QueryClient } from '@tanstack/react-query';
import { expect, test } from 'vitest';
import { LiveStore } from './live-store.ts';
import { phaseOf } from './phase.ts';
import { readyVideo, sampleVideo } from './testing.ts';

const refused = { code: 'key_refused', text: '', since: null, needs_person: true } as const;

function listening() {
  const store = new LiveStore(new QueryClient());
  const told: string[] = [];
  store.onChange((before, after) => told.push(`${phaseOf(before)} → ${phaseOf(after)}`));
  return { store, told };
}

test('tells when a take comes to another phase, and not of every step on the way', () => {
  const { store, told } = listening();
  store.receive(sampleVideo());
  store.receive(sampleVideo({ progress: 60 }));
  store.receive(sampleVideo({ state: 'storing', progress: 99 }));
  store.receive(readyVideo());
  expect(told).toEqual(['working → ready']);
});

test('tells when only a person can help, though the state is the same', () => {
  const { store, told } = listening();
  store.receive(sampleVideo());
  store.receive(sampleVideo({ attention: refused }));
  expect(told).toEqual(['working → needs_you']);
});

test('tells what a snapshot brings after a gap', () => {
  const { store, told } = listening();
  store.receive(sampleVideo());
  store.onMessage({ event: 'snapshot', data: { videos: [readyVideo({ checked_at: 'later' })], counts: {} } });
  expect(told).toEqual(['working → ready']);
});

test('speaks for all tabs only once it leads', () => {
  const { store } = listening();
  expect(store.leads).toBe(false);
  store.onLead();
  expect(store.leads).toBe(true);
});
