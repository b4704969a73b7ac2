import { afterEach, describe, expect, it } from 'vitest';
import { openMemoryStore } from '#store/memory.ts';
import { adoptById, runCommand } from './commands.ts';
import { createWorld, type World } from './testing.ts';

let world: World;
const open = (options: Partial<Parameters<typeof createWorld>[0]> = {}) => {
  world = createWorld({ store: (clock) => openMemoryStore({ now: () => clock.now() }), ...options });
  return world;
};
afterEach(() => world.stop());

const user = { type: 'user' as const, id: 'owner' };

describe('a lost answer', () => {
  it('is found in the listing: one POST, one job, one clip', async () => {
    open({ script: { start: () => 'lose' } }).start();
    const { video } = await world.until(await world.ask(), 'completed');
    expect(video.errorCode).toBeNull();
    expect(world.provider.posts).toHaveLength(1);
  });

  it('of four equal takes: four jobs, matched one to one', async () => {
    open({ script: { start: () => 'lose' } }).start();
    const first = await world.ask('same', { count: 4 });
    await world.until(first, 'completed');
    await world.clock.advance(300_000);
    expect(await world.system.store.count(null)).toEqual({ completed: 4 });
    expect(world.provider.jobs.size).toBe(4);
    expect(world.media.files.size).toBe(4);
  });

  it('is sent once more under the same key where the provider deduplicates', async () => {
    open({ script: { capabilities: { deduplicates: true }, start: (nth) => (nth === 1 ? 'drop' : 'accept') } }).start();
    await world.until(await world.ask(), 'completed');
    expect(world.provider.posts).toHaveLength(2);
    expect(new Set(world.provider.posts.map((post) => post.key)).size).toBe(1);
  });
});

describe('a provider that deduplicates, and answers no create in time', () => {
  it('is searched too: sending once more is not the only way to find out', async () => {
    const unclear = { kind: 'unclear', message: 'timeout' } as const;
    open({ script: { capabilities: { deduplicates: true }, start: (nth) => (nth === 1 ? 'lose' : unclear) } }).start();
    const { attempts } = await world.until(await world.ask(), 'completed');
    expect(attempts).toHaveLength(1);
    expect(new Set(world.provider.posts.map((post) => post.key)).size).toBe(1);
    expect(world.provider.jobs.size).toBe(1);
  });
});

describe('a request that got lost', () => {
  it('is never sent again by itself: after enough absence a person decides', async () => {
    open({ script: { start: () => 'drop' } }).start();
    const id = await world.ask();
    const { video } = await world.until(id, 'needs_decision');
    const waitedMs = world.clock.now().getTime() - video.createdAt.getTime();
    expect(waitedMs).toBeGreaterThanOrEqual(120_000);
    await world.clock.advance(3_600_000);
    expect((await world.see(id)).video.state).toBe('needs_decision');
    expect(world.provider.posts).toHaveLength(1);
  });

  it('asks at once where the provider cannot list', async () => {
    open({ script: { start: () => 'drop' } });
    world.provider.list = undefined;
    world.start();
    await world.until(await world.ask(), 'needs_decision', 5_000);
  });

  it('sent again by a person is a new take of the same shot; the lost one is given up, and watched', async () => {
    open({ script: { start: (nth) => (nth === 1 ? 'drop' : 'accept') } }).start();
    const id = await world.ask();
    await world.until(id, 'needs_decision');
    const result = await runCommand(world.system, id, 'owner', { name: 'decide', decision: 'send_again' }, user);
    expect(result.videoId).not.toBe(id);
    const { video } = await world.until(result.videoId, 'completed');
    const old = await world.see(id);
    expect(video).toMatchObject({ shotId: old.video.shotId, takeNo: 2 });
    expect(old.video).toMatchObject({ state: 'failed', errorCode: 'submission_unknown' });
    expect(old.video.checkAt).not.toBeNull();
  });

  it('given up, and found late, still completes its own take', async () => {
    open({ script: { start: () => 'drop' } }).start();
    const id = await world.ask();
    await world.until(id, 'needs_decision');
    await runCommand(world.system, id, 'owner', { name: 'decide', decision: 'stop_looking' }, user);
    const { attempts } = await world.until(id, 'failed');
    const request = attempts[0]?.request;
    if (!request) throw new Error('no attempt');
    world.provider.jobs.set('late', { id: 'late', key: '', request, createdAt: world.clock.now(), canceled: false });
    const { video } = await world.until(id, 'completed');
    expect(video.errorCode).toBeNull();
  });

  it('takes the id that a person found at the provider, after asking for it', async () => {
    open({ script: { start: () => 'drop' } }).start();
    const id = await world.ask();
    const { attempts } = await world.until(id, 'needs_decision');
    const refused = expect(adoptById(world.system, id, 'nonsense', user)).rejects.toThrow('does not know this id');
    await world.clock.advance(1_000);
    await refused;
    const request = { ...(attempts[0]?.request ?? ({} as never)), prompt: 'as the provider rewrote it' };
    world.provider.jobs.set('found', { id: 'found', key: '', request, createdAt: world.clock.now(), canceled: false });
    const adopting = adoptById(world.system, id, 'found', user);
    await world.clock.advance(1_000);
    await adopting;
    await world.until(id, 'completed');
    expect(world.provider.posts).toHaveLength(1);
  });
});

describe('a job that a person found', () => {
  it('is known by more than its id where the provider needs more, out of the request that was sent', async () => {
    open({ script: { start: () => 'drop' } }).start();
    const id = await world.ask();
    const { attempts } = await world.until(id, 'needs_decision');
    const [request] = attempts.map((attempt) => attempt.request);
    if (!request) throw new Error('no attempt');
    world.provider.operationOf = (upstreamId, { model }) => ({ id: upstreamId, app: model });
    world.provider.jobs.set('found', { id: 'found', key: '', request, createdAt: world.clock.now(), canceled: false });
    const adopting = adoptById(world.system, id, 'found', user);
    await world.clock.advance(1_000);
    await adopting;
    expect((await world.see(id)).attempts[0]).toMatchObject({
      upstreamId: 'found',
      operation: { id: 'found', app: 'model' },
    });
  });
});

describe('two different takes that got lost where listings tell no prompt', () => {
  it('are not mistaken for each other: a person is asked', async () => {
    open({ script: { start: (nth) => (nth === 1 ? 'lose' : 'drop') } });
    const { list } = world.provider;
    world.provider.list = async (...args) => {
      const listing = await list?.(...args);
      if (listing?.kind !== 'complete') throw new Error('no listing');
      return { ...listing, jobs: listing.jobs.map((job) => ({ ...job, prompt: null })) };
    };
    world.provider.probe = async () => false;
    world.start();
    const ids = [await world.ask('a red fox'), await world.ask('a blue hare')];
    for (const id of ids) await world.until(id, 'needs_decision', 600_000);
    expect(world.provider.posts).toHaveLength(2);
  });
});

describe('a provider that answers unclearly', () => {
  it('gets no third create until a free request was answered', async () => {
    let answers = false;
    open({ script: { start: (nth) => (nth <= 2 ? 'drop' : 'accept') } });
    world.provider.probe = async () => answers;
    world.start();
    const ids = [await world.ask('one')];
    await world.clock.advance(2_000);
    ids.push(await world.ask('two'));
    await world.clock.advance(2_000);
    ids.push(await world.ask('three'));
    await world.clock.advance(120_000);
    expect(world.provider.posts).toHaveLength(2);
    expect((await world.see(ids[2] ?? '')).video.state).toBe('queued');
    answers = true;
    await world.until(ids[2] ?? '', 'completed', 300_000);
    expect(world.provider.posts).toHaveLength(3);
  });

  it('is asked again, with the same attempt, when surely nothing was sent', async () => {
    const refused = { kind: 'unsent', message: 'connect ECONNREFUSED' } as const;
    open({ script: { start: (nth) => (nth < 4 ? refused : 'accept') } }).start();
    const { attempts } = await world.until(await world.ask(), 'completed');
    expect(attempts).toHaveLength(1);
    expect(new Set(world.provider.posts.map((post) => post.key)).size).toBe(1);
  });

  it('is left alone for the whole Retry-After of a 429', async () => {
    const limited = { kind: 'limited', message: 'slow down', retryAfterMs: 600_000 } as const;
    open({ script: { start: (nth) => (nth === 1 ? limited : 'accept') } }).start();
    await world.until(await world.ask(), 'completed');
    const [first, second] = world.provider.posts;
    expect((second?.at.getTime() ?? 0) - (first?.at.getTime() ?? 0)).toBeGreaterThanOrEqual(600_000);
  });
});

describe('a hint in the middle of a submission', () => {
  it('loses nothing', async () => {
    open({ script: { latencyMs: 4_000 } });
    world.start();
    world.start();
    const id = await world.ask();
    await world.until(id, 'submitting');
    for (let i = 0; i < 5; i++) {
      await world.system.store.hint({ ids: [id] });
      await world.clock.advance(300);
    }
    await world.until(id, 'completed');
    expect(world.provider.posts).toHaveLength(1);
    expect(world.provider.jobs.size).toBe(1);
  });
});
