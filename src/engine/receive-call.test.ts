import { afterEach, describe, expect, it } from 'vitest';
import { openMemoryStore } from '#store/memory.ts';
import type { Claimed } from '#video/video.ts';
import { receiveCall } from './receive-call.ts';
import { createWorld, type World } from './testing.ts';

let world: World;
const open = (options: Partial<Parameters<typeof createWorld>[0]> = {}) => {
  world = createWorld({ store: (clock) => openMemoryStore({ now: () => clock.now() }), ...options });
  const { provider } = world;
  provider.capabilities.callsBack = true;
  // Signed where the header says so.
  provider.verifyWebhook = async ({ headers, body }) =>
    headers.get('signature') === 'right' ? JSON.parse(new TextDecoder().decode(body)) : null;
  return world;
};
afterEach(() => world.stop());

const types = async (id: string) => (await world.system.store.events(id, null)).map((event) => event.type);
const attemptOf = async (id: string) => (await world.see(id)).attempts.at(-1) ?? ({} as never as Claimed['attempt']);

/** As the provider does when a job is done: at the address that went with the create. */
async function call(id: string, { upstreamId = 'up_1', event = 'event 1', signature = 'right' } = {}) {
  const attempt = await attemptOf(id);
  const url = world.system.hooks.urlFor('fake', attempt.id) ?? '';
  const job = { upstreamId, operation: { id: upstreamId } };
  const body = new TextEncoder().encode(JSON.stringify({ eventId: event, job }));
  return receiveCall(world.system, 'fake', url.split('/').at(-1) ?? '', { headers: new Headers({ signature }), body });
}

describe('the address that a provider may call', () => {
  it('goes along with the create only where the provider calls back', async () => {
    open({ script: { renderMs: 10_000 } }).start();
    const told: (string | null)[] = [];
    const { provider } = world;
    const { start } = provider;
    provider.start = (request, options) => {
      told.push(options.webhookUrl);
      return start(request, options);
    };
    const id = await world.ask();
    await world.until(id, 'running');
    expect(told).toEqual([world.system.hooks.urlFor('fake', (await attemptOf(id)).id)]);
    expect((await attemptOf(id)).watch.webhook).toBe(true);
    provider.capabilities.callsBack = false;
    const other = await world.ask();
    await world.until(other, 'running');
    expect(told[1]).toBeNull();
    expect((await attemptOf(other)).watch.webhook).toBeUndefined();
  });
});

describe('a call', () => {
  it('brings the look forward; without it a look a minute is enough', async () => {
    open({ script: { renderMs: 100_000 } }).start();
    const id = await world.ask();
    const { video } = await world.until(id, 'running');
    const secondsToLook = (Number(video.checkAt) - world.clock.now().getTime()) / 1_000;
    expect(secondsToLook).toBeGreaterThan(50);
    await world.clock.advance(20_000);
    world.provider.script.renderMs = 1;
    expect(await call(id)).toBe('taken');
    await world.until(id, 'completed', 1_000);
    expect(await types(id)).toContain('called');
    expect((await world.system.store.activity())[0]?.calls).toEqual({ verified: 1, refused: 0, missed: 0 });
  });

  it('delivered a hundred times is one event and one move', async () => {
    open({ script: { renderMs: 100_000 } }).start();
    const id = await world.ask();
    await world.until(id, 'running');
    world.provider.script.renderMs = 1;
    for (let n = 0; n < 100; n++) expect(await call(id)).toBe('taken');
    await world.until(id, 'completed', 1_000);
    for (let n = 0; n < 100; n++) expect(await call(id)).toBe('taken');
    await world.clock.advance(60_000);
    const seen = await types(id);
    expect(seen.filter((type) => type === 'called')).toHaveLength(1);
    expect(seen.filter((type) => type === 'rendered')).toHaveLength(1);
    expect((await attemptOf(id)).checks).toBe(1);
  });

  it('that never comes is made up for by a look, and counted', async () => {
    open({ script: { renderMs: 100_000 } }).start();
    const id = await world.ask();
    await world.until(id, 'completed', 200_000);
    const events = await world.system.store.events(id, null);
    expect(events.find(({ type }) => type === 'rendered')?.data).toEqual({ uncalled: true });
    expect((await world.system.store.activity())[0]?.calls).toEqual({ verified: 0, refused: 0, missed: 1 });
  });

  it('that comes after the end changes nothing', async () => {
    open({ script: { renderMs: 10_000 } }).start();
    const id = await world.ask();
    await world.until(id, 'completed');
    const before = await types(id);
    expect(await call(id)).toBe('taken');
    expect(await types(id)).toEqual(before);
  });

  it('with a wrong signature is refused and counted, and is no hint', async () => {
    open({ script: { renderMs: 100_000 } }).start();
    const id = await world.ask();
    const { video } = await world.until(id, 'running');
    expect(await call(id, { signature: 'wrong' })).toBe('unverified');
    expect((await world.see(id)).video.checkAt).toEqual(video.checkAt);
    expect((await world.system.store.activity())[0]?.calls).toEqual({ verified: 0, refused: 1, missed: 0 });
  });

  it('at an address that we never gave away reaches nobody', async () => {
    open();
    const id = await world.ask();
    const { id: attemptId } = await attemptOf(id);
    const token = world.system.hooks.urlFor('fake', attemptId)?.split('/').at(-1) ?? '';
    const delivery = { headers: new Headers({ signature: 'right' }), body: new TextEncoder().encode('{}') };
    const answers = [
      await receiveCall(world.system, 'other', token, delivery),
      await receiveCall(world.system, 'fake', `${token}x`, delivery),
      await receiveCall(world.system, 'fake', token.replace(/\..*/, `.${'A'.repeat(22)}`), delivery),
    ];
    expect(answers).toEqual(['unknown', 'unknown', 'unknown']);
  });
});

describe('a call about a create whose answer', () => {
  it('is still on its way is kept for when it has come', async () => {
    open({ script: { latencyMs: 5_000, renderMs: 8_000 } }).start();
    const id = await world.ask();
    await world.until(id, 'submitting');
    expect(await call(id)).toBe('taken');
    await world.until(id, 'completed');
    expect(world.provider.posts).toHaveLength(1);
    expect(world.provider.jobs.size).toBe(1);
  });

  it.each(['lose', 'drop'] as const)(
    'was lost (%s) brings the number of the job, where it cannot be listed',
    async (how) => {
      open({ script: { start: () => how, renderMs: 20_000 } });
      world.provider.list = undefined;
      world.start();
      const id = await world.ask();
      await world.until(id, 'unknown');
      const { request } = await attemptOf(id);
      world.provider.jobs.set('up_1', { id: 'up_1', key: '', request, createdAt: world.clock.now(), canceled: false });
      await call(id);
      const { attempts } = await world.until(id, 'completed', 60_000);
      expect(attempts).toHaveLength(1);
      expect(world.provider.posts).toHaveLength(1);
      expect(await types(id)).toContain('adopted');
    },
  );

  it('was lost is waited for as long as such clips take, and then a person decides; a later call still decides it', async () => {
    open({ script: { start: () => 'lose' } });
    world.provider.list = undefined;
    world.start();
    const id = await world.ask();
    await world.until(id, 'unknown');
    const since = world.clock.now().getTime();
    await world.until(id, 'needs_decision');
    expect(world.clock.now().getTime() - since).toBeGreaterThanOrEqual(120_000);
    await call(id);
    await world.until(id, 'completed', 10_000);
  });

  it('names a job of another take is no proof', async () => {
    open({ script: { start: (nth) => (nth === 1 ? 'accept' : 'drop'), renderMs: 600_000 } });
    world.provider.list = undefined;
    world.start();
    await world.until(await world.ask('one'), 'running');
    const id = await world.ask('two');
    await world.until(id, 'unknown');
    expect(await call(id, { upstreamId: 'up_1' })).toBe('taken');
    await world.clock.advance(10_000);
    expect((await world.see(id)).video.state).toBe('unknown');
    expect((await attemptOf(id)).operation).toBeNull();
  });
});
