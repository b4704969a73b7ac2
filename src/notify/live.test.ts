import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { Clock, StoredEvent } from '#engine/system.ts';
import { type Change, createLive, type Live, type Subscription } from './live.ts';

const clock: Clock = {
  now: () => new Date(),
  elapsedMs: () => performance.now(),
  sleep: (ms, signal) => sleep(ms, undefined, signal && { signal }).catch(() => undefined),
};
const log = { debug() {}, info() {}, warn() {}, error() {} };

let live: Live<string>;
afterEach(() => live.stop());

/** The next change, `idle` where none comes in time, null at the end. */
async function next(subscription: Subscription<string>, waitMs: number): Promise<Change<string> | 'idle' | null> {
  const news = new Promise<void>((resolve) => subscription.onNews(resolve));
  const waiting = subscription.take();
  if (waiting) return waiting;
  if (!subscription.isOver()) await Promise.race([news, sleep(waitMs)]);
  return subscription.take() ?? (subscription.isOver() ? null : 'idle');
}

/** A log of events in memory, and counters of what was asked of it. */
function begin(options: { failFirst?: boolean } = {}) {
  const events: StoredEvent[] = [];
  const asked = { reads: 0, views: [] as string[] };
  let notify = () => {};
  let failing = options.failFirst ?? false;
  live = createLive<string>({
    clock,
    log,
    store: {
      listen: (_on, listener) => {
        notify = listener;
        return () => {};
      },
      latestCursor: async () => String(events.length),
      eventsAfter: async (cursor, limit) => {
        asked.reads++;
        if (failing) {
          failing = false;
          throw new Error('the database is away');
        }
        return { events: events.slice(Number(cursor), Number(cursor) + limit), more: false };
      },
    },
    view: async (id) => {
      asked.views.push(id);
      return id.startsWith('gone') ? null : `${id}@${events.length}`;
    },
  });
  const write = (videoId: string, ownerId = 'owner') =>
    events.push({
      cursor: String(events.length + 1),
      videoId,
      ownerId,
      at: new Date(),
      type: 'progress',
      actor: { type: 'system' },
      stateBefore: 'running',
      stateAfter: 'running',
      data: {},
    });
  return { asked, write, tell: () => notify() };
}

describe('live', () => {
  it('reads once and views once, however many listen', async () => {
    const { asked, write, tell } = begin();
    const listeners = await Promise.all(Array.from({ length: 50 }, () => live.subscribe({ ownerId: 'owner' })));
    asked.reads = 0;
    write('a');
    write('b');
    write('a');
    tell();
    for (const listener of listeners) {
      expect(await next(listener, 2_000)).toEqual({ cursor: '2', videoId: 'b', view: 'b@3' });
      expect(await next(listener, 2_000)).toEqual({ cursor: '3', videoId: 'a', view: 'a@3' });
    }
    expect(asked.views.sort()).toEqual(['a', 'b']);
    expect(asked.reads).toBeLessThanOrEqual(2);
  });

  it('views nothing that nobody wants', async () => {
    const { asked, write, tell } = begin();
    const listener = await live.subscribe({ ownerId: 'owner', videoId: 'a' });
    write('theirs', 'other');
    write('b');
    write('a');
    tell();
    expect(await next(listener, 2_000)).toMatchObject({ videoId: 'a' });
    expect(asked.views).toEqual(['a']);
  });

  it('keeps for a slow listener the newest of each video, in the order of their events', async () => {
    const { write, tell } = begin();
    const slow = await live.subscribe({ ownerId: null });
    const quick = await live.subscribe({ ownerId: null });
    for (const id of ['a', 'b', 'a']) {
      write(id);
      tell();
      await next(quick, 2_000);
    }
    expect(await next(slow, 0)).toEqual({ cursor: '2', videoId: 'b', view: 'b@2' });
    expect(await next(slow, 0)).toEqual({ cursor: '3', videoId: 'a', view: 'a@3' });
    expect(await next(slow, 0)).toBe('idle');
  });

  it('ends a listener that is hopelessly behind', async () => {
    const { write, tell } = begin();
    const slow = await live.subscribe({ ownerId: null });
    const watch = await live.subscribe({ ownerId: null, videoId: 'v1001' });
    for (let i = 0; i < 1_002; i++) write(`v${i}`);
    tell();
    await next(watch, 5_000);
    expect(await next(slow, 0)).toBeNull();
    expect(live.subscribers()).toBe(1);
  });

  it('tells what was missed behind a cursor, and says when that is too much', async () => {
    const { write } = begin();
    for (const id of ['a', 'b', 'gone', 'a']) write(id);
    expect(await live.since('1', { ownerId: 'owner' })).toEqual([
      { cursor: '2', videoId: 'b', view: 'b@4' },
      { cursor: '3', videoId: 'gone', view: null },
      { cursor: '4', videoId: 'a', view: 'a@4' },
    ]);
    expect(await live.since('0', { ownerId: 'other' })).toEqual([]);
    for (let i = 0; i < 300; i++) write(`v${i}`);
    expect(await live.since('0', { ownerId: 'owner' })).toBeNull();
  });

  it('reads nothing while nobody listens', async () => {
    const { asked, write, tell } = begin();
    for (let i = 0; i < 5; i++) {
      write('a');
      tell();
      await sleep(30);
    }
    expect(asked.reads).toBe(0);
    const listener = await live.subscribe({ ownerId: 'owner' });
    write('b');
    tell();
    expect(await next(listener, 2_000)).toMatchObject({ videoId: 'b' });
  });

  it('goes on after the database was away', async () => {
    const { write, tell } = begin({ failFirst: true });
    const listener = await live.subscribe({ ownerId: 'owner' });
    write('a');
    tell();
    expect(await next(listener, 5_000)).toMatchObject({ videoId: 'a' });
  });
});
