import { afterEach, describe, expect, it } from 'vitest';
import { openMemoryStore } from '#store/memory.ts';
import type { Answer } from '#video/answer.ts';
import type { Fallbacks, Model } from './system.ts';
import { addProvider, createWorld, type FakeProvider, type World } from './testing.ts';

let world: World;
let other: FakeProvider;
const dead: Answer = { kind: 'no_answer', why: 'transient', message: 'connect ECONNREFUSED', retryAfterMs: null };

const price = (perClipUsd: number) => ({ perClipUsd, source: 'a list', asOf: '2026-01-01' });

function open(options: Partial<Parameters<typeof createWorld>[0]> & Parameters<typeof addProvider>[1] = {}): World {
  world = createWorld({ store: (clock) => openMemoryStore({ now: () => clock.now() }), ...options });
  other = addProvider(world, options);
  return world;
}
afterEach(() => world.stop());

const types = async (id: string) => (await world.system.store.events(id, null)).map((event) => event.type);
const holds = () => world.system.store.holds();
const toOther: Fallbacks = { to: ['other/model'], dearer: false };

/** Six takes run at the provider when it dies. */
async function die(): Promise<string[]> {
  const ids: string[] = [];
  for (let n = 0; n < 6; n++) ids.push(await world.ask(`shot ${n}`));
  for (const id of ids) await world.until(id, 'running');
  const { script } = world.provider;
  script.check = () => dead;
  script.start = () => ({ kind: 'unsent', message: 'connect ECONNREFUSED' });
  world.provider.probe = async () => false;
  for (let n = 0; n < 600 && (await holds()).length === 0; n++) await world.clock.advance(1_000);
  return ids;
}

function comeBack(): void {
  const { script } = world.provider;
  script.check = () => ({ kind: 'completed', renderMs: null, raw: null });
  script.start = () => 'accept';
  world.provider.probe = async () => true;
}

describe('a provider that answers nobody', () => {
  it('is left alone but for one try at a time, sends nothing, fails nothing, and goes on by itself', async () => {
    open({ script: { renderMs: 600_000 } }).start();
    let probes = 0;
    const ids = await die();
    expect(await holds()).toMatchObject([{ provider: 'fake', trialAt: null }]);
    let looks = 0;
    world.provider.script.check = () => {
      looks += 1;
      return dead;
    };
    world.provider.probe = async () => {
      probes += 1;
      return false;
    };
    const waiting = await world.ask('one more');
    const posts = world.provider.posts.length;
    await world.clock.advance(600_000);
    expect(looks).toBe(0);
    expect(probes).toBeGreaterThan(5);
    expect(probes).toBeLessThan(20);
    expect(world.provider.posts).toHaveLength(posts);
    expect((await world.see(waiting)).video.state).toBe('queued');
    comeBack();
    for (const id of [...ids, waiting]) await world.until(id, 'completed', 120_000);
    expect(await holds()).toEqual([]);
    const told = (await world.system.store.audit({ limit: 100 })).map(({ type }) => type);
    expect(told.filter((type) => type === 'circuit_opened')).toHaveLength(1);
    expect(told.filter((type) => type === 'circuit_closed')).toHaveLength(1);
    expect(world.errors).toEqual([]);
  });

  it('of many workers is tried by one', async () => {
    open({ script: { renderMs: 600_000 } });
    for (let n = 0; n < 4; n++) world.start();
    await die();
    const tries: number[] = [];
    world.provider.probe = async () => {
      tries.push(world.clock.now().getTime());
      return false;
    };
    await world.clock.advance(300_000);
    const gaps = tries.slice(1).map((at, i) => at - (tries[i] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(5_000);
  });

  it('still tells of deadlines', async () => {
    open({ script: { renderMs: 6_000_000 }, settings: { deadlineMs: 300_000 } }).start();
    const [id = ''] = await die();
    await world.until(id, 'overdue', 400_000);
  });

  it('that answers a free request and nothing else gets one look, and is left alone again', async () => {
    open({ script: { renderMs: 600_000 } }).start();
    await die();
    let looks = 0;
    world.provider.script.check = () => {
      looks += 1;
      return dead;
    };
    world.provider.probe = async () => true;
    await world.clock.advance(300_000);
    expect(looks).toBeGreaterThan(1);
    expect(looks).toBeLessThan(20);
    expect(await holds()).toHaveLength(1);
  });

  it('holds up nobody at another provider', async () => {
    open({ script: { renderMs: 600_000 } }).start();
    await die();
    const id = await world.ask('elsewhere', { model: 'other/model' });
    await world.until(id, 'completed', 60_000);
  });

  it('is not given up for one video that cannot be looked at', async () => {
    open({ script: { renderMs: 60_000 } }).start();
    const id = await world.ask();
    await world.until(id, 'running');
    const { check } = world.provider.script;
    world.provider.script.check = (job, ...rest) => (job.id === 'up_1' ? dead : check(job, ...rest));
    await world.clock.advance(600_000);
    expect(await holds()).toEqual([]);
    await world.until(await world.ask('another'), 'completed');
  });
});

describe('a slow provider', () => {
  it('whose every answer takes a minute does not delay another', async () => {
    open({ script: { latencyMs: 60_000 }, settings: { watchWidth: 4 } }).start();
    await world.ask('slow', { count: 20 });
    await world.clock.advance(5_000);
    const id = await world.ask('fast', { model: 'other/model' });
    await world.until(id, 'completed', 30_000);
  });
});

describe('a take that nothing was paid for', () => {
  const full = { kind: 'rejected', code: 'capacity', message: 'no GPU free', raw: null } as const;

  it('stays where it is unless somebody allowed more', async () => {
    open({ script: { start: () => full } }).start();
    const { attempts } = await world.until(await world.ask(), 'failed');
    expect(attempts.every(({ provider }) => provider === 'fake')).toBe(true);
    expect(other.posts).toHaveLength(0);
  });

  it('goes to the next provider when it is refused for want of room, and says so', async () => {
    open({ fallbacks: toOther, script: { start: () => full } }).start();
    const id = await world.ask();
    const { video, attempts } = await world.until(id, 'completed');
    expect(video).toMatchObject({ provider: 'other', resolvedModel: 'other/model' });
    expect(video.warnings).toEqual(['rendered by other/model instead of fake/model']);
    expect(attempts.map(({ provider, outcome }) => [provider, outcome])).toEqual([
      ['fake', 'rejected'],
      ['other', 'completed'],
    ]);
    const moved = (await world.system.store.events(id, null)).find(({ type }) => type === 'fell_back');
    expect(moved?.data).toEqual({ from: 'fake/model', to: 'other/model', why: 'no GPU free' });
    expect([world.provider.posts.length, other.posts.length]).toEqual([1, 1]);
    const sum = (await world.system.store.ledgerOf(id)).reduce((total, entry) => total + entry.amountMicroUsd, 0);
    expect(sum).toBe(400_000);
  });

  it.each([
    ['a 429 with a long Retry-After', { kind: 'limited', message: 'slow down', retryAfterMs: 120_000 }, 1],
    ['the third 429', { kind: 'limited', message: 'slow down', retryAfterMs: null }, 3],
    ['the third refused connection', { kind: 'unsent', message: 'connect ECONNREFUSED' }, 3],
  ] as const)('goes on after %s', async (_what, outcome, posts) => {
    open({ fallbacks: toOther, script: { start: () => outcome } }).start();
    const { video } = await world.until(await world.ask(), 'completed');
    expect(video.provider).toBe('other');
    expect(world.provider.posts).toHaveLength(posts);
  });

  it('goes on at once while the circuit is open, also from the middle of the line', async () => {
    open({ fallbacks: toOther, script: { renderMs: 600_000 } }).start();
    await die();
    const ids = [await world.ask('one'), await world.ask('two')];
    for (const id of ids) {
      const { video } = await world.until(id, 'completed', 60_000);
      expect(video.provider).toBe('other');
    }
  });

  it('never goes on from a create whose outcome is not known', async () => {
    open({ fallbacks: toOther, script: { start: () => 'drop' } }).start();
    const id = await world.ask();
    await world.until(id, 'needs_decision');
    expect(other.posts).toHaveLength(0);
    expect(await types(id)).not.toContain('fell_back');
  });

  it.each<[string, Partial<Model>, boolean]>([
    ['costs more than was reserved', { price: price(0.6) }, false],
    ['has no known price', { price: null }, false],
    ['does not offer the size', { sizes: ['640x360'] }, false],
    ['needs a first frame', { firstFrame: 'required' }, false],
    ['is retired', { retires: { on: '2025-12-31', instead: null } }, false],
  ])('goes to no model that %s', async (_what, model) => {
    open({ fallbacks: toOther, models: { other: model }, script: { start: () => full } }).start();
    await world.until(await world.ask(), 'failed');
    expect(other.posts).toHaveLength(0);
  });

  it('goes to a dearer one where that was allowed, which is reserved anew', async () => {
    const dearer = { other: { price: price(0.6) } };
    open({ fallbacks: { ...toOther, dearer: true }, models: dearer, script: { start: () => full } }).start();
    const id = await world.ask();
    await world.until(id, 'completed');
    const sum = (await world.system.store.ledgerOf(id)).reduce((total, entry) => total + entry.amountMicroUsd, 0);
    expect(sum).toBe(600_000);
  });

  it('goes to a dearer one as far as the daily cap has room for the difference; who has none waits', async () => {
    const dearer = { other: { price: price(0.6) } };
    const store: NonNullable<Parameters<typeof open>[0]>['store'] = (clock) =>
      openMemoryStore({ now: () => clock.now(), dailyCapMicroUsd: 2_200_000 });
    open({ store, fallbacks: { ...toOther, dearer: true }, models: dearer });
    const { script } = world.provider;
    script.start = () => ({ kind: 'unsent', message: 'connect ECONNREFUSED' });
    const ids: string[] = [];
    for (let n = 0; n < 4; n++) ids.push(await world.ask(`shot ${n}`));
    world.start();
    await world.clock.advance(600_000);
    const states = await Promise.all(ids.map(async (id) => (await world.see(id)).video.state));
    expect(states.toSorted()).toEqual(['completed', 'completed', 'queued', 'queued']);
    expect((await world.system.store.spending('owner')).spentMicroUsd).toBe(2_200_000);
    expect(world.errors).toEqual([]);
  });

  it('is fitted to what the other offers, where the protocol means "about so"', async () => {
    const models = { other: { sizes: ['1280x720'], seconds: [6] } };
    open({ fallbacks: toOther, models, script: { start: () => full } }).start();
    const id = await world.ask('a fox', { size: '1280x720', seconds: 4 });
    const { video, attempts } = await world.until(id, 'completed');
    expect(video).toMatchObject({ seconds: 6, size: '1280x720' });
    expect(attempts[1]?.request).toMatchObject({ seconds: 6 });
    expect(video.warnings).toHaveLength(2);
  });

  it('is not moved when its cancel was asked for', async () => {
    open({ fallbacks: toOther, script: { start: () => full, latencyMs: 5_000 } }).start();
    const id = await world.ask();
    await world.until(id, 'submitting');
    await world.system.store.requestCancel(id, false, { type: 'user', id: 'owner' });
    await world.until(id, 'over');
    expect(other.posts).toHaveLength(0);
  });
});
