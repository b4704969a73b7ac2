import { afterEach, describe, expect, it } from 'vitest';
import { createTestApi, type TestApi } from '#api/testing.ts';
import type { VideoView } from '#api/wire.ts';
import { openMemoryStore } from '#store/memory.ts';

let test: TestApi;
afterEach(() => test.stop());

const read = async (id: string) => (await (await test.call('admin', 'GET', `/api/videos/${id}`)).json()) as VideoView;
const patch = (as: 'owner' | 'other', id: string, body: object) =>
  test.call(as, 'PATCH', `/api/videos/${id}`, { body });

/** The prompts in the order in which the provider got them. */
const sent = () => [...test.provider.jobs.values()].map((job) => job.request.prompt);

describe('the line', () => {
  it('lets nobody wait behind another’s hundred', async () => {
    test = await createTestApi({ store: openMemoryStore(), script: { capabilities: { slots: 1 } } });
    await test.call('admin', 'POST', '/api/admin/providers/fake/pause');
    for (let n = 0; n < 13; n++) {
      const body = { prompt: `owner ${n}`, count: 8 };
      expect((await test.call('owner', 'POST', '/api/videos', { body })).status).toBe(202);
    }
    const { id, queue_position } = await test.ask('other', { prompt: 'other' });
    expect(queue_position).toBe(2);
    await test.call('admin', 'POST', '/api/admin/providers/fake/resume');
    await test.until(id, 'completed');
    expect(sent().indexOf('other')).toBe(1);
    expect(sent().length).toBeLessThan(10);
  });

  it('is left sooner with a higher priority, given at once or later', async () => {
    test = await createTestApi({ store: openMemoryStore(), engine: false });
    const first = await test.ask('owner', { prompt: 'first' });
    const low = await test.ask('owner', { prompt: 'low', priority: 'low' });
    const high = await test.ask('owner', { prompt: 'high', priority: 'high' });
    const places = async () => Promise.all([first, low, high].map(async ({ id }) => (await read(id)).queue_position));
    expect(await places()).toEqual([2, 3, 1]);
    const changed = await patch('owner', low.id, { priority: 'high' });
    expect((await changed.json()) as VideoView).toMatchObject({ priority: 'high', queue_position: 1 });
    expect(await places()).toEqual([3, 1, 2]);
    const { events } = (await (await test.call('owner', 'GET', `/api/videos/${low.id}/events`)).json()) as {
      events: { text: string; actor: object }[];
    };
    expect(events.at(-1)).toMatchObject({ text: 'Its priority is now high.', actor: { type: 'user', id: 'owner' } });
  });

  it('has no place for what was sent, and none of another’s is changed', async () => {
    test = await createTestApi({ store: openMemoryStore() });
    const { id } = await test.done();
    const refused = await patch('owner', id, { priority: 'high' });
    expect([refused.status, await refused.json()]).toEqual([
      409,
      expect.objectContaining({ error: expect.objectContaining({ code: 'not_possible' }) }),
    ]);
    expect((await patch('other', id, { priority: 'high' })).status).toBe(404);
    for (const body of [{}, { priority: 'urgent' }, { state: 'queued' }]) {
      expect((await patch('owner', id, body)).status).toBe(400);
    }
    const both = await patch('owner', id, { starred: true });
    expect((await both.json()) as VideoView).toMatchObject({ starred: true });
  });
});

describe('the caps of an owner', () => {
  it('refuse what would wait beyond them, and say when to come back', async () => {
    test = await createTestApi({ store: openMemoryStore(), engine: false, engineSettings: { maxQueuedPerOwner: 2 } });
    await test.ask();
    const body = { prompt: 'two more', count: 2 };
    const refused = await test.call('owner', 'POST', '/api/videos', { body });
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '60']);
    expect(await refused.json()).toMatchObject({ error: { code: 'queue_full', type: 'rate_limit_error' } });
    expect((await test.call('other', 'POST', '/api/videos', { body })).status).toBe(202);
  });

  it('hold back what would run beyond them, and nobody else’s', async () => {
    test = await createTestApi({
      store: openMemoryStore(),
      engineSettings: { maxRunningPerOwner: 1 },
      script: { renderMs: 60_000 },
    });
    const first = await test.ask();
    const second = await test.ask();
    const theirs = await test.ask('other');
    await test.until(first.id, 'running');
    await test.until(theirs.id, 'running');
    expect(await read(second.id)).toMatchObject({ state: 'queued', queue_position: 1 });
  });
});

it('says later too what was changed of the wish', async () => {
  test = await createTestApi({ store: openMemoryStore(), engine: false });
  const asked = await test.ask('owner', { model: 'sora-2', size: '1792x1024', seconds: 12 });
  expect(asked.warnings.length).toBeGreaterThan(0);
  expect((await read(asked.id)).warnings).toEqual(asked.warnings);
  const { videos } = (await (await test.call('owner', 'GET', '/api/videos')).json()) as { videos: VideoView[] };
  expect(videos[0]?.warnings).toEqual(asked.warnings);
});
