import { expect, test } from 'vitest';
import { readyVideo, sampleVideo } from '#ui/testing.ts';
import { nothingYet, reduceLive, snapshotOf } from './live-view.ts';

const running = sampleVideo({ id: 'a', created_at: '2026-01-01T10:05:00.000Z' });
const start = reduceLive(nothingYet, {
  event: 'snapshot',
  data: { videos: [running], counts: { running: 1, completed: 29 } },
});

test('a take that becomes ready moves from one count to the other', () => {
  const view = reduceLive(start, { event: 'video', data: readyVideo({ ...running, ...done }) });
  expect(view.counts).toMatchObject({ running: 0, completed: 30 });
});

test('the same news twice counts once', () => {
  const message = { event: 'video', data: readyVideo({ ...running, ...done }) } as const;
  expect(reduceLive(reduceLive(start, message), message).counts).toMatchObject({ running: 0, completed: 30 });
});

test('a new take is counted', () => {
  const fresh = sampleVideo({ id: 'b', state: 'queued', created_at: '2026-01-01T10:06:00.000Z' });
  expect(reduceLive(start, { event: 'video', data: fresh }).counts).toMatchObject({ queued: 1, running: 1 });
});

test('one older than all that is known was counted before', () => {
  const old = readyVideo({ id: 'z', created_at: '2025-01-01T10:00:00.000Z' });
  expect(reduceLive(start, { event: 'video', data: old }).counts).toEqual(start.counts);
});

test('a removed take leaves the view and its counts', () => {
  const view = reduceLive(start, { event: 'removed', data: { id: 'a' } });
  expect(view.videos.size).toBe(0);
  expect(view.counts).toMatchObject({ running: 0, completed: 29 });
  expect(reduceLive(view, { event: 'removed', data: { id: 'a' } })).toBe(view);
});

test('a snapshot that is older than what is shown takes no progress back', () => {
  const ahead = reduceLive(start, { event: 'video', data: sampleVideo({ ...running, progress: 70 }) });
  const again = reduceLive(ahead, { event: 'snapshot', data: { videos: [running], counts: {} } });
  expect(again.videos.get('a')?.progress).toBe(70);
});

test('a tab that opens later gets the same view', () => {
  expect(reduceLive(nothingYet, snapshotOf(start))).toEqual(start);
});

const done = { status: 'completed', state: 'completed', step: { key: 'ready', text: 'Ready' }, progress: 100 } as const;
