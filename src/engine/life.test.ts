import { afterEach, describe, expect, it } from 'vitest';
import { openMemoryStore } from '#store/memory.ts';
import type { Answer } from '#video/answer.ts';
import { DownloadError } from '#video/errors/download-error.ts';
import { runCommand } from './commands.ts';
import { clip, createWorld, type World } from './testing.ts';

let world: World;
const open = (options: Partial<Parameters<typeof createWorld>[0]> = {}) => {
  world = createWorld({ store: (clock) => openMemoryStore({ now: () => clock.now() }), ...options });
  return world;
};
afterEach(() => world.stop());

const user = { type: 'user' as const, id: 'owner' };
const types = async (id: string) => (await world.system.store.events(id, null)).map((event) => event.type);

describe('a video', () => {
  it('goes from prompt to stored clip, and every move is written down', async () => {
    open().start();
    const id = await world.ask();
    expect((await world.see(id)).video).toMatchObject({ state: 'queued', checkAt: null });
    const { video, attempts, assets } = await world.until(id, 'completed');
    expect(video).toMatchObject({ progress: 100, checkAt: null, claimedUntil: null });
    expect(assets).toMatchObject([{ kind: 'clip', key: `${id}/${attempts[0]?.id}/clip`, bytes: 4 }]);
    expect(video.clipAssetId).toBe(assets[0]?.id);
    const seen = await types(id);
    expect(seen.filter((type) => type !== 'progress')).toEqual([
      'created',
      'submitting',
      'accepted',
      'rendered',
      'stored',
    ]);
    expect(world.provider.posts).toHaveLength(1);
    expect(world.errors).toEqual([]);
  });

  it('whose provider tells no progress is not written down with every look', async () => {
    open({ script: { renderMs: 600_000 } }).start();
    world.provider.script.check = (_job, elapsedMs): Answer =>
      elapsedMs > 600_000
        ? { kind: 'completed', renderMs: null, raw: null }
        : { kind: 'running', queued: false, progress: null, raw: null };
    const id = await world.ask();
    const { attempts } = await world.until(id, 'completed');
    const told = (await types(id)).filter((type) => type === 'progress').length;
    expect(told).toBeGreaterThan(2);
    expect(told).toBeLessThan(21);
    expect(attempts[0]?.checks).toBeGreaterThan(30);
  });

  it('becomes overdue at its deadline, is still watched, and completes late', async () => {
    open({ script: { renderMs: 3_000_000, check: undefined } }).start();
    world.provider.script.check = (_job, elapsedMs): Answer =>
      elapsedMs > 3_000_000
        ? { kind: 'completed', renderMs: null, raw: null }
        : { kind: 'running', queued: false, progress: null, raw: null };
    const id = await world.ask();
    const overdue = await world.until(id, 'overdue');
    const lateMs = (overdue.video.deadlineAt?.getTime() ?? 0) - (overdue.video.acceptedAt?.getTime() ?? 0);
    expect(lateMs).toBe(900_000);
    expect((await world.until(id, 'completed')).video.errorCode).toBeNull();
  });

  it('survives a provider that refuses the key, and says since when', async () => {
    open().start();
    const id = await world.ask();
    await world.until(id, 'running');
    const { script } = world.provider;
    const answers = script.check;
    script.check = () => ({ kind: 'no_answer', why: 'auth', message: 'invalid key', retryAfterMs: null });
    await world.clock.advance(600_000);
    const { video, attempts } = await world.see(id);
    expect(video.state).toBe('running');
    expect(attempts[0]?.watch.trouble).toMatchObject({ kind: 'auth' });
    expect((await types(id)).filter((type) => type === 'trouble')).toHaveLength(1);
    script.check = answers;
    await world.until(id, 'completed');
  });

  it('tries a failed copy again, and never renders it again', async () => {
    open().start();
    world.provider.script.open = (_job, nth) => (nth < 4 ? new DownloadError('transient', 'connection reset') : clip());
    const { attempts } = await world.until(await world.ask(), 'completed');
    expect(attempts).toHaveLength(1);
    expect(world.provider.posts).toHaveLength(1);
  });

  it('brings a clip home by itself after an outage of hours', async () => {
    open().start();
    world.provider.script.open = () => new DownloadError('transient', 'connection reset');
    const id = await world.ask();
    await world.until(id, 'storing');
    await world.clock.advance(5 * 3_600_000);
    expect((await types(id)).filter((type) => type === 'download_failed')).toHaveLength(8);
    world.provider.script.open = () => clip();
    await world.until(id, 'completed', 600_000);
    expect(world.provider.posts).toHaveLength(1);
  });

  it('ends a copy that never works as download_failed when the looking ends, and collects it when asked', async () => {
    open().start();
    world.provider.script.open = () => new DownloadError('transient', 'connection reset');
    const id = await world.ask();
    await world.until(id, 'storing');
    await world.clock.advance(25 * 3_600_000);
    const { video } = await world.see(id);
    expect(video).toMatchObject({ state: 'failed', errorCode: 'download_failed', errorMessage: 'connection reset' });
    world.provider.script.open = () => clip();
    await runCommand(world.system, id, 'owner', { name: 'collect' }, user);
    await world.until(id, 'completed');
    expect(world.provider.posts).toHaveLength(1);
  });

  it('tries by itself again where nothing was billed, at most three times', async () => {
    open().start();
    world.provider.script.check = () => ({ kind: 'failed', code: 'capacity', message: 'no GPU free', raw: null });
    const id = await world.ask();
    const { attempts } = await world.until(id, 'failed');
    expect(attempts.map((attempt) => attempt.outcome)).toEqual(['failed', 'failed', 'failed']);
    expect((await types(id)).filter((type) => type === 'failed')).toHaveLength(1);
    expect(new Set(world.provider.posts.map((post) => post.key)).size).toBe(3);
  });

  it('whose provider is no longer configured is parked, not failed, and goes on when it is back', async () => {
    open().start();
    const id = await world.ask();
    await world.until(id, 'running');
    const { providers } = world.system;
    world.system.providers = { ids: () => [], get: () => undefined, name: (id) => id };
    await world.clock.advance(100_000_000);
    expect((await world.see(id)).video.state).toBe('overdue');
    world.system.providers = providers;
    await world.until(id, 'completed', 200_000);
  });
});

describe('a new key', () => {
  it('is for what is sent from then on: what runs is looked at with the one it was sent with', async () => {
    open().start();
    const { providers } = world.system;
    const used: string[] = [];
    let present = 'first';
    world.system.providers = {
      ...providers,
      get(id, credentialId) {
        const provider = providers.get(id);
        if (!provider) return undefined;
        const key = credentialId ?? present;
        const noted = <T>(what: string, answer: T) => {
          used.push(`${what} ${key}`);
          return answer;
        };
        return {
          ...provider,
          credentialId: key,
          start: (...call) => noted('start', provider.start(...call)),
          check: (...call) => noted('check', provider.check(...call)),
          open: (...call) => noted('open', provider.open(...call)),
        };
      },
    };
    const before = await world.ask();
    await world.until(before, 'running');
    present = 'second';
    const { attempts } = await world.until(before, 'completed');
    expect(attempts[0]?.credentialId).toBe('first');
    expect(used.filter((one) => one.endsWith('second'))).toEqual([]);
    expect(used).toContain('open first');
    const after = await world.until(await world.ask(), 'completed');
    expect(after.attempts[0]?.credentialId).toBe('second');
    expect(used).toContain('start second');
  });
});

describe('a copy slower than the lease', () => {
  it('is finished once, with two workers looking on', async () => {
    open({ writeMs: 100_000, settings: { leaseMs: 30_000 } });
    world.start();
    world.start();
    const id = await world.ask();
    await world.until(id, 'completed');
    expect(world.media.puts).toHaveLength(1);
  });
});

describe('a full lane of long copies', () => {
  it('holds up nobody else', async () => {
    open({ writeMs: 300_000, settings: { collectWidth: 1 } }).start();
    const [first, second] = [await world.ask('one'), await world.ask('two')];
    await world.until(first, 'storing');
    await world.until(second, 'storing');
    const late = await world.ask('three');
    const { video } = await world.until(late, 'storing', 120_000);
    expect(video.checkedAt?.getTime()).toBeGreaterThan(video.createdAt.getTime() + 60_000);
    expect((await world.see(first)).video.state).toBe('storing');
  });
});

describe('two workers', () => {
  it('share 200 videos: each is submitted exactly once, and none is stuck', async () => {
    open();
    world.start();
    world.start();
    const asked = await Promise.all(Array.from({ length: 25 }, (_, i) => world.ask(`shot ${i}`, { count: 8 })));
    for (const id of asked) await world.until(id, 'over');
    await world.clock.advance(200_000);
    const counts = await world.system.store.count(null);
    expect(counts).toEqual({ completed: 200 });
    expect(world.provider.posts).toHaveLength(200);
    expect(new Set(world.provider.posts.map((post) => post.key)).size).toBe(200);
  });
});

describe('commands', () => {
  it('cancel a queued video for nothing', async () => {
    open();
    const id = await world.ask();
    await runCommand(world.system, id, 'owner', { name: 'cancel' }, user);
    world.start();
    await world.clock.advance(10_000);
    expect((await world.see(id)).video.state).toBe('canceled');
    expect(world.provider.posts).toHaveLength(0);
  });

  it('cancel a running one at the provider', async () => {
    open().start();
    const id = await world.ask();
    await world.until(id, 'running');
    await runCommand(world.system, id, 'owner', { name: 'cancel' }, user);
    await world.until(id, 'canceled', 30_000);
    expect(await types(id)).toContain('canceling');
  });

  it('remember a cancel while the create is on the wire, and pass it on as soon as the job is known', async () => {
    open({ script: { latencyMs: 5_000 } }).start();
    const id = await world.ask();
    await world.until(id, 'submitting');
    const result = await runCommand(world.system, id, 'owner', { name: 'cancel' }, user);
    expect(result.remembered).toBe(true);
    await world.until(id, 'canceled', 60_000);
    expect(world.provider.posts).toHaveLength(1);
  });

  it('keep the clip of a provider that cannot cancel, or discard it as asked', async () => {
    open().start();
    world.provider.cancel = undefined;
    const [kept, thrown] = [await world.ask('keep'), await world.ask('discard')];
    await world.until(kept, 'running');
    await world.until(thrown, 'running');
    const notes: (string | null)[] = [];
    const cancel = async (id: string, discard?: boolean) =>
      notes.push((await runCommand(world.system, id, 'owner', { name: 'cancel', discard }, user)).note);
    await cancel(kept, true);
    await cancel(kept, false);
    await cancel(thrown);
    await cancel(thrown, true);
    const sentence = 'This provider cannot stop a take. It will finish and be billed; the clip is';
    expect(notes).toEqual(['discarded', 'kept', 'kept', 'discarded'].map((end) => `${sentence} ${end}.`));
    await world.until(kept, 'completed');
    await world.until(thrown, 'canceled');
    expect(world.media.puts).toHaveLength(1);
  });

  it('of another owner find nothing', async () => {
    open();
    const id = await world.ask();
    await expect(runCommand(world.system, id, 'stranger', { name: 'cancel' }, user)).rejects.toThrow('no such video');
  });

  it('retry writes a second attempt with a key of its own', async () => {
    open().start();
    world.provider.script.check = () => ({ kind: 'failed', code: 'moderation', message: 'no', raw: null });
    const id = await world.ask();
    await world.until(id, 'failed');
    world.provider.script.check = () => ({ kind: 'completed', renderMs: null, raw: null });
    await runCommand(world.system, id, 'owner', { name: 'retry' }, user);
    const { attempts } = await world.until(id, 'completed');
    expect(attempts.map((attempt) => attempt.n)).toEqual([1, 2]);
  });
});
