import { QueryClient } from '@tanstack/react-query';
import { expect, test } from 'vitest';
import type { VideoView } from '#ui/shapes.ts';
import { readyVideo, sampleVideo } from '#ui/testing.ts';
import { LiveStore } from './live-store.ts';

const refused = { code: 'key_refused', text: '', since: null, needs_person: true } as const;

const nameOf = ({ state, attention }: VideoView) => attention?.code ?? state;

function listening() {
  const store = new LiveStore(new QueryClient());
  const told: string[] = [];
  store.onChange((before, after) => told.push(`${nameOf(before)} → ${nameOf(after)}`));
  return { store, told };
}

test('tells when a take comes to another state, and not of every percent on the way', () => {
  const { store, told } = listening();
  store.receive(sampleVideo());
  store.receive(sampleVideo({ progress: 60 }));
  store.receive(readyVideo());
  expect(told).toEqual(['running → completed']);
});

test('tells when a take draws attention, though the state is the same', () => {
  const { store, told } = listening();
  store.receive(sampleVideo());
  store.receive(sampleVideo({ attention: refused }));
  expect(told).toEqual(['running → key_refused']);
});

test('tells what a snapshot brings after a gap', () => {
  const { store, told } = listening();
  store.receive(sampleVideo());
  store.onMessage({ event: 'snapshot', data: { videos: [readyVideo({ checked_at: 'later' })], counts: {} } });
  expect(told).toEqual(['running → completed']);
});

test('speaks for all tabs only once it leads', () => {
  const { store } = listening();
  expect(store.leads).toBe(false);
  store.onLead();
  expect(store.leads).toBe(true);
});
