import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { LiveMessage } from '#ui/shapes.ts';
import { sampleVideo } from '#ui/testing.ts';
import { type Connection, openLive } from './live.ts';

/** A stream that says what the test makes it say. */
class FakeSource extends EventTarget {
  static readonly CLOSED = 2;
  static open: FakeSource[] = [];
  static made = 0;
  readyState = 1;
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;

  constructor() {
    super();
    FakeSource.made += 1;
    FakeSource.open.push(this);
  }
  say(event: string, data: unknown): void {
    this.dispatchEvent(new MessageEvent(event, { data: JSON.stringify(data) }));
  }
  close(): void {
    FakeSource.open = FakeSource.open.filter((source) => source !== this);
  }
}

type Tab = { messages: LiveMessage[]; connections: Connection[]; close(): void };
let tabs: Tab[] = [];

function openTab(): Tab {
  const messages: LiveMessage[] = [];
  const connections: Connection[] = [];
  const close = openLive({
    onMessage: (message) => messages.push(message),
    onConnection: (connection) => connections.push(connection),
  });
  const tab = { messages, connections, close };
  tabs.push(tab);
  return tab;
}

const source = () => vi.waitUntil(() => FakeSource.open[0]);
const snapshot = { videos: [sampleVideo()], counts: { running: 1 } };

beforeEach(() => {
  FakeSource.open = [];
  FakeSource.made = 0;
  vi.stubGlobal('EventSource', FakeSource);
});

afterEach(async () => {
  for (const tab of tabs) tab.close();
  tabs = [];
  await vi.waitUntil(() => FakeSource.open.length === 0);
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('two tabs share one stream and hear the same', async () => {
  const first = openTab();
  const leader = await source();
  const second = openTab();
  leader.onopen?.();
  leader.say('snapshot', snapshot);
  leader.say('video', sampleVideo({ progress: 60 }));
  await vi.waitUntil(() => second.messages.some(({ event }) => event === 'video'));
  expect(first.messages.map(({ event }) => event)).toEqual(['snapshot', 'video']);
  expect(second.connections).toContain('open');
  expect(FakeSource.made).toBe(1);
});

test('a tab that opens later is told what was said before', async () => {
  openTab();
  const leader = await source();
  leader.onopen?.();
  leader.say('snapshot', snapshot);
  leader.say('video', sampleVideo({ progress: 60 }));
  const late = openTab();
  await vi.waitUntil(() => late.messages.length > 0);
  expect(late.messages[0]).toMatchObject({ event: 'snapshot', data: { videos: [{ progress: 60 }] } });
});

test('when the listening tab closes, another one listens', async () => {
  const first = openTab();
  const leader = await source();
  const second = openTab();
  first.close();
  const heir = await vi.waitUntil(() => FakeSource.open.find((it) => it !== leader));
  heir.onopen?.();
  heir.say('removed', { id: 'video_1' });
  expect(second.messages).toEqual([{ event: 'removed', data: { id: 'video_1' } }]);
  expect(FakeSource.open).toHaveLength(1);
});

test('a stream that was refused is asked for again', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  vi.stubGlobal('navigator', {});
  const tab = openTab();
  const refused = FakeSource.open[0];
  if (refused) refused.readyState = FakeSource.CLOSED;
  refused?.onerror?.();
  expect(tab.connections).toEqual(['lost']);
  refused?.close();
  await vi.advanceTimersByTimeAsync(3_000);
  expect(FakeSource.made).toBe(2);
  vi.useRealTimers();
});

test('without Web Locks each tab listens for itself', () => {
  vi.stubGlobal('navigator', {});
  openTab();
  openTab();
  expect(FakeSource.open).toHaveLength(2);
});
