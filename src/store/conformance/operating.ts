import { describe, expect, test } from 'vitest';
import type { TestStore } from '#store/testing.ts';
import type { State } from '#video/video.ts';
import { claimIn, clip, hourMs, leaseMs, minuteMs, type Scene, setScene, unwritable } from './scene.ts';

const operator = { type: 'user', id: 'root' } as const;
const unlimited = [{ provider: 'sim', slots: null }];

export function operating(open: TestStore['open']): void {
  describe('a pause', () => {
    test('lets nothing be sent, and is lifted again', async () => {
      const { store, ask, admitAll } = await setScene(open);
      await ask();
      expect(await store.setPaused('sim', true, operator)).toBe(true);
      expect(await store.setPaused('sim', true, operator)).toBe(false);
      expect(await admitAll()).toBe(0);
      expect(await store.setPaused('sim', false, operator)).toBe(true);
      expect(await store.setPaused('sim', false, operator)).toBe(false);
      expect(await store.setPaused('never seen', false, operator)).toBe(false);
      expect(await admitAll()).toBe(1);
    });

    test('takes back what was let in and not yet sent, and leaves alone what runs', async () => {
      const { store, clock, ask, admitAll, running, video } = await setScene(open);
      const runs = await running();
      const waits = await ask();
      await admitAll();
      await store.setPaused('sim', true, operator);
      expect((await video(waits)).checkAt).toBeNull();
      clock.pass(minuteMs);
      expect((await claimIn(store, 'sim', 'watch', 10)).map((claim) => claim.video.id)).toEqual([runs]);
    });

    test('holds up nobody at another provider', async () => {
      const { store, ask } = await setScene(open);
      await ask();
      await ask({ provider: 'other' });
      await store.setPaused('sim', true, operator);
      expect(await store.admit([...unlimited, { provider: 'other', slots: null }], 1_000)).toBe(1);
    });

    test('is an event of no video', async () => {
      const { store, clock, ask } = await setScene(open);
      const begin = await store.latestCursor();
      const id = await ask();
      await store.setPaused('sim', true, operator);
      const [event] = await store.audit({ limit: 1 });
      expect(event).toMatchObject({
        type: 'provider_paused',
        actor: operator,
        videoId: null,
        ownerId: null,
        at: clock.now(),
        data: { provider: 'sim' },
        stateAfter: null,
      });
      await expect
        .poll(() => store.eventsAfter(begin, 10), { timeout: 10_000 })
        .toMatchObject({
          events: [{ videoId: id, type: 'created' }],
          more: false,
        });
    });
  });

  describe('a bucket of requests', () => {
    test('gives what it holds, and then what flows in', async () => {
      const { store, clock } = await setScene(open);
      expect(await store.takeTokens('sim', 100, 60)).toEqual({ granted: 6, nextMs: 1_112 });
      expect((await store.takeTokens('sim', 1, 60)).granted).toBe(0);
      clock.pass(1_112);
      expect((await store.takeTokens('sim', 5, 60)).granted).toBe(1);
      await store.giveTokens('sim', 1);
      expect((await store.takeTokens('sim', 5, 60)).granted).toBe(1);
    });

    test.each([1, 2, 3, 7, 60, 600])('gives no more than %i in any minute', async (perMinute) => {
      const { store, clock } = await setScene(open);
      const given: number[] = [];
      for (let at = 0; at < 150_000; at += 10_000) {
        const { granted } = await store.takeTokens('sim', 1_000, perMinute);
        given.push(granted);
        const minute = given.slice(-6).reduce((sum, n) => sum + n, 0);
        expect(minute).toBeLessThanOrEqual(perMinute);
        clock.pass(10_000);
      }
      expect(given.reduce((sum, n) => sum + n, 0)).toBeGreaterThan(0);
    });

    test('never holds more than its size', async () => {
      const { store, clock } = await setScene(open);
      await store.takeTokens('sim', 0, 60);
      await store.giveTokens('sim', 50);
      clock.pass(hourMs);
      expect((await store.takeTokens('sim', 100, 60)).granted).toBe(6);
    });

    test('is one per provider', async () => {
      const { store } = await setScene(open);
      await store.takeTokens('sim', 100, 10);
      expect((await store.takeTokens('other', 100, 10)).granted).toBe(1);
    });
  });

  describe('a turn', () => {
    test('belongs to one holder until it ends or runs out', async () => {
      const { store, clock } = await setScene(open);
      expect(await store.takeTurn('cron', 'a', minuteMs)).toBe(true);
      expect(await store.takeTurn('cron', 'b', minuteMs)).toBe(false);
      expect(await store.takeTurn('other', 'b', minuteMs)).toBe(true);
      await store.endTurn('cron', 'b');
      expect(await store.takeTurn('cron', 'b', minuteMs)).toBe(false);
      await store.endTurn('cron', 'a');
      expect(await store.takeTurn('cron', 'b', minuteMs)).toBe(true);
      clock.pass(minuteMs);
      expect(await store.takeTurn('cron', 'a', minuteMs)).toBe(true);
    });

    test('is given to one of many who ask at once', async () => {
      const { store } = await setScene(open);
      const asked = ['a', 'b', 'c', 'd', 'e'].map((holder) => store.takeTurn('cron', holder, minuteMs));
      expect((await Promise.all(asked)).filter(Boolean)).toHaveLength(1);
    });
  });

  describe('a claim of one video', () => {
    test('that is meant to look takes only what is due', async () => {
      const { store, clock, running, ask, admitAll, claimed } = await setScene(open);
      const id = await running();
      expect(await store.claimDue(id, leaseMs)).toBeNull();
      clock.pass(minuteMs);
      expect((await store.claimDue(id, leaseMs))?.video).toMatchObject({ id, state: 'running' });
      expect(await store.claimDue(id, leaseMs)).toBeNull();
      const queued = await ask();
      expect(await store.claimDue(queued, leaseMs)).toBeNull();
      await admitAll();
      await claimed(queued);
      expect(await store.claimDue(queued, leaseMs)).toBeNull();
      expect(await store.claimDue('video_none', leaseMs)).toBeNull();
    });
  });

  describe('a priority', () => {
    test('is changed while a video waits, and written down', async () => {
      const { store, ask, running, video } = await setScene(open);
      const first = await ask();
      const id = await ask();
      expect(await store.setPriority(id, 'ada', 1, operator)).toBe('changed');
      expect(await store.setPriority(id, 'ada', 1, operator)).toBe('same');
      expect((await video(id)).priority).toBe(1);
      expect((await store.get(id, null))?.queuePosition).toBe(1);
      expect((await store.get(first, null))?.queuePosition).toBe(2);
      expect((await store.events(id, null)).slice(1)).toMatchObject([
        { type: 'priority_changed', actor: operator, data: { priority: 'high' }, stateBefore: 'queued' },
      ]);
      expect(await store.setPriority(id, 'bob', 0, operator)).toBeNull();
      expect(await store.setPriority(await running(), 'ada', 1, operator)).toBe('not_queued');
    });
  });

  describe('the audit', () => {
    test('has the events of all owners, newest first, in pages', async () => {
      const { store, clock, ask } = await setScene(open);
      const ada = await ask();
      clock.pass(minuteMs);
      const bob = await ask({ ownerId: 'bob', actor: { type: 'api_key', id: 'key_1' } });
      await store.record(ada, { type: 'check_asked', actor: operator, data: { why: 'curious' } });
      const of = async (query: Partial<Parameters<typeof store.audit>[0]>) =>
        (await store.audit({ limit: 10, ...query })).map(({ videoId, type }) => `${type} ${videoId}`);
      const [asked, created, before] = [`check_asked ${ada}`, `created ${bob}`, `created ${ada}`];
      expect(await of({})).toEqual([asked, created, before]);
      expect(await of({ actor: 'root' })).toEqual([asked]);
      expect(await of({ actor: 'api_key' })).toEqual([created]);
      expect(await of({ type: 'created' })).toEqual([created, before]);
      expect(await of({ videoId: ada, ownerId: 'ada' })).toEqual([asked, before]);
      expect(await of({ ownerId: 'bob' })).toEqual([created]);
      expect(await of({ from: clock.now() })).toEqual([asked, created]);
      expect(await of({ to: clock.now() })).toEqual([before]);
      const [first] = await store.audit({ limit: 1 });
      expect(first).toMatchObject({
        ownerId: 'ada',
        stateBefore: 'queued',
        stateAfter: 'queued',
        data: { why: 'curious' },
      });
      expect(await of({ after: first?.cursor ?? '' })).toEqual([created, before]);
    });

    test('writes down nothing of a video that is not there', async () => {
      const { store } = await setScene(open);
      await store.record('video_none', { type: 'check_asked', actor: operator, data: {} });
      expect(await store.audit({ limit: 10 })).toEqual([]);
    });
  });

  describe('the overview', () => {
    test('counts what is not over at each provider', async () => {
      const scene = await setScene(open);
      const { store, clock, ask, running } = scene;
      expect(await store.activity()).toEqual([]);
      const oldestAt = clock.now();
      await running();
      clock.pass(minuteMs);
      await ask();
      await become(scene, await running(), 'overdue');
      await become(scene, await running({ provider: 'other' }), 'failed');
      const all = await store.activity();
      expect(all).toEqual([
        {
          provider: 'sim',
          running: 1,
          queued: 1,
          overdue: 1,
          needsDecision: 0,
          oldestAt,
          trouble: null,
          pausedAt: null,
          stoppedAt: null,
          openedAt: null,
          nextTryAt: null,
          calls: { verified: 0, refused: 0, missed: 0 },
        },
      ]);
    });

    test('says what keeps a provider from answering, since when, and that it is paused or stopped', async () => {
      const scene = await setScene(open);
      const { store, clock, running } = scene;
      const since = clock.now();
      await inTrouble(scene, await running(), 'auth');
      clock.pass(minuteMs);
      await inTrouble(scene, await running(), 'auth');
      await inTrouble(scene, await running(), 'transient');
      await store.setPaused('other', true, operator);
      await store.changeCircuit('third', { kind: 'unclear' });
      await store.changeCircuit('third', { kind: 'unclear' });
      expect(await store.activity()).toMatchObject([
        { provider: 'other', pausedAt: clock.now(), stoppedAt: null, running: 0, oldestAt: null },
        { provider: 'sim', running: 3, trouble: { kind: 'auth', since, videos: 2 } },
        { provider: 'third', pausedAt: null, stoppedAt: clock.now() },
      ]);
    });

    test('names the database', async () => {
      const { store } = await setScene(open);
      const { kind, version } = await store.version();
      expect(['embedded', 'server']).toContain(kind);
      expect(version).not.toBe('');
    });
  });

  describe('what may need a person', () => {
    test('is listed oldest first', async () => {
      const scene = await setScene(open);
      const { store, clock, running, ask, claimed, save } = scene;
      await running();
      await ask();
      await become(scene, await running(), 'failed');
      const overdue = await running();
      await become(scene, overdue, 'overdue');
      clock.pass(1_000);
      const troubled = await running();
      await inTrouble(scene, troubled, 'transient');
      const foreign = await ask({ provider: 'gone' });
      const poisoned = await running();
      const taken = clip('asset_1', await claimed(poisoned));
      await save({ ...(await held(scene, poisoned)) }, 'running', { next: clock.now(), assets: [taken] });
      const again = await claimed(poisoned);
      await store.saveMoves([unwritable(again, taken, clock.now())]);
      const deleted = await running();
      await become(scene, deleted, 'overdue', { hiddenAt: clock.now() });
      const found = async (limit: number) => (await store.troubled(['sim'], limit)).map((details) => details.video.id);
      expect(await found(10)).toEqual([overdue, troubled, foreign, poisoned]);
      expect(await found(2)).toEqual([overdue, troubled]);
      expect((await store.troubled(['sim'], 1))[0]?.attempts).toHaveLength(1);
    });
  });

  describe('throughput', () => {
    test('counts what happened in each stretch, and what waited and ran at its end', async () => {
      const scene = await setScene(open);
      const { store, clock, ask, running } = scene;
      await running();
      await ask();
      clock.pass(hourMs);
      const from = clock.now();
      const id = await running();
      await ask();
      await ask();
      clock.pass(hourMs);
      await become(scene, id, 'failed', {}, 'failed');
      clock.pass(minuteMs);
      const buckets = await store.throughput(from, hourMs);
      expect(buckets).toEqual([
        { at: from, asked: 3, accepted: 0, stored: 0, failed: 0, queued: 3, running: 2 },
        { at: new Date(from.getTime() + hourMs), asked: 0, accepted: 0, stored: 0, failed: 1, queued: 3, running: 1 },
      ]);
    });
  });
}

const held = (scene: Scene, id: string) =>
  scene.store.get(id, null).then((details) => {
    const attempt = details?.attempts.at(-1);
    if (!details || !attempt) throw new Error(`${id} is not there`);
    return { video: details.video, attempt, at: scene.clock.now() };
  });

async function become(scene: Scene, id: string, to: State, video: object = {}, event?: 'failed'): Promise<void> {
  const next = to === 'failed' ? null : scene.clock.in(minuteMs);
  expect(await scene.save(await scene.claimed(id), to, { next, video, ...(event && { event }) })).toBe('saved');
}

async function inTrouble(scene: Scene, id: string, kind: 'auth' | 'transient'): Promise<void> {
  const trouble = { kind, since: scene.clock.now().toISOString(), count: 1 };
  const next = scene.clock.in(minuteMs);
  await scene.save(await scene.claimed(id), 'running', { next, attempt: { watch: { trouble } } });
}
