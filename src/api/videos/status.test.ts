import { afterEach, describe, expect, it } from 'vitest';
import { createTestApi, type TestApi } from '#api/testing.ts';
import type { SoraStatus } from '#api/wire.ts';
import { openMemoryStore } from '#store/memory.ts';
import { testStores } from '#store/testing.ts';
import { move } from '#video/lifecycle.ts';

let test: TestApi;
afterEach(() => test.stop());

const read = async (id: string, route: string) =>
  (await (await test.call('key', 'GET', `/api/videos/${id}/${route}`)).json()) as SoraStatus;

it('gives the shape of the seeds, and a clip that can be played from its address', async () => {
  test = await createTestApi({ store: openMemoryStore() });
  const { id } = await test.done();
  for (const route of ['status', 'sora-status']) {
    const status = await read(id, route);
    expect(status).toMatchObject({
      status: 'completed',
      progress: 100,
      step: 'Complete! Video ready.',
      attention: null,
    });
    const url = new URL(status.videoUrl ?? '');
    expect(url.origin).toBe('http://dailies.test');
    expect((await test.call('anonymous', 'GET', url.pathname + url.search)).status).toBe(200);
  }
});

it('shows an overdue clip as failed to the seeds’ clients alone', async () => {
  test = await createTestApi({ store: openMemoryStore(), engine: false });
  const { id } = await test.ask();
  const at = Date.now();
  await become(id, 'submitting', {});
  await become(id, 'running', { acceptedAt: new Date(at - 900_000), deadlineAt: new Date(at) });
  await become(id, 'overdue', {});
  expect(await read(id, 'sora-status')).toMatchObject({
    status: 'failed',
    error: 'Generation timed out after 15 minutes',
    state: 'overdue',
  });
  const honest = await read(id, 'status');
  expect(honest).toMatchObject({ status: 'in_progress', state: 'overdue', attention: { code: 'overdue' } });
  expect(honest.error).toBeUndefined();
});

it('answers errors of the seed route as the seeds do', async () => {
  test = await createTestApi({ store: openMemoryStore(), engine: false });
  const missing = await test.call('owner', 'GET', `/api/videos/video_${'0'.repeat(32)}/sora-status`);
  expect([missing.status, await missing.json()]).toEqual([
    404,
    { error: 'there is no such video', detail: expect.objectContaining({ code: 'not_found' }) },
  ]);
});

it('marks a watcher once in thirty seconds, however many ask', async () => {
  test = await createTestApi({ store: openMemoryStore(), engine: false });
  const { id } = await test.ask();
  let marks = 0;
  const { markWatched } = test.system.store;
  test.system.store.markWatched = (...args) => {
    marks++;
    return markWatched(...args);
  };
  for (let i = 0; i < 20; i++) await read(id, 'status');
  expect(marks).toBe(0);
  const details = await test.system.store.get(id, null);
  expect(details?.video.watchedUntil?.getTime()).toBeGreaterThan(Date.now());
});

it('looks for itself where no loop runs, and waits for at most three seconds', async () => {
  test = await createTestApi({ store: openMemoryStore(), engine: false });
  const { id } = await test.ask();
  const looks: string[] = [];
  test.api.wake = null;
  test.api.lookAt = async (video) => {
    looks.push(video);
    await new Promise(() => {});
  };
  await become(id, 'submitting', {});
  await become(id, 'running', { acceptedAt: new Date() }, new Date());
  const startedMs = performance.now();
  expect((await read(id, 'status')).status).toBe('in_progress');
  expect(performance.now() - startedMs).toBeLessThan(4_500);
  expect(looks).toEqual([id]);
});

it('sends what waits where no loop runs: at once, or when somebody asks how it is', async () => {
  test = await createTestApi({ store: openMemoryStore(), role: 'web', script: { renderMs: 60_000 } });
  expect((await test.ask()).state).toBe('running');
  const { lookAt } = test.api;
  test.api.lookAt = async () => {};
  const { id } = await test.ask();
  test.api.lookAt = lookAt;
  expect((await test.system.store.get(id, null))?.video.state).toBe('queued');
  expect(await read(id, 'sora-status')).toMatchObject({ state: 'running', status: 'in_progress' });
  expect(test.provider.posts).toHaveLength(2);
});

it('stores what is rendered before it answers, where no loop runs', async () => {
  test = await createTestApi({ store: openMemoryStore(), role: 'web', engineSettings: { schedule: 1 } });
  const { id } = await test.ask();
  await expect.poll(async () => (await read(id, 'sora-status')).videoUrl).toContain(id);
  expect((await test.system.store.events(id, null)).map(({ type }) => type).slice(-2)).toEqual(['rendered', 'stored']);
});

describe.each(testStores())('1,000 who ask ($name)', ({ open }) => {
  it.each(['all', 'web'] as const)('cost one look per 5 s (role %s)', { timeout: 60_000 }, async (role) => {
    // Time stands still but for what the test lets pass: a thousand requests may take a while.
    const beganMs = Date.now();
    let aheadMs = 0;
    const now = () => new Date(beganMs + aheadMs);
    let looks = 0;
    const stuck = { kind: 'running', queued: false, progress: 10, raw: null } as const;
    test = await createTestApi({
      store: await open({ now }),
      role,
      engineSettings: { schedule: 3_600_000 },
      script: {
        latencyMs: 20,
        check: () => {
          looks++;
          return stuck;
        },
      },
    });
    const { id } = await test.ask();
    await test.until(id, 'running');
    test.system.clock.now = now;
    const seen = async () => {
      const details = await test.system.store.get(id, null);
      return { looks, claimedUntil: details?.video.claimedUntil };
    };
    const ask = (n = 1_000) => Promise.all(Array.from({ length: n }, () => read(id, 'sora-status')));
    expect((await ask()).every(({ status }) => status === 'in_progress')).toBe(true);
    // The create was an answer of the provider too.
    expect(looks).toBe(0);
    for (const round of [1, 2]) {
      aheadMs = round * 6_000;
      await ask();
      await ask(50);
      // Saved too: at the time of the look, not at that of the next round.
      await expect.poll(seen, { timeout: 10_000 }).toEqual({ looks: round, claimedUntil: null });
    }
  });
});

type To = Parameters<typeof move>[1];
type Patch = NonNullable<Parameters<typeof move>[2]['video']>;

async function become(id: string, to: To, video: Patch, next = new Date(Date.now() + 60_000)): Promise<void> {
  const claimed = await test.system.store.claimOne(id, null, 60_000);
  if (!claimed || claimed === 'busy') throw new Error('not claimed');
  expect(await test.system.store.saveMoves([move(claimed, to, { video, next })])).toEqual(['saved']);
}
