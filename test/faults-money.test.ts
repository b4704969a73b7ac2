import { describe, expect, test } from 'vitest';
import { failureOf } from '#video/failure.ts';
import { inParallel, openWorld, type SimulatedWorld } from './simulated-world.ts';

const minute = 60_000;
const typesOf = async (world: SimulatedWorld, id: string) => (await world.events(id)).map(({ type }) => type);
const keysOf = (world: SimulatedWorld) => new Set(world.posts().map(({ key }) => key));

/** The time from the lost answer to the question. */
async function doubtMs(world: SimulatedWorld, id: string): Promise<number> {
  const events = await world.events(id);
  const at = (type: string) => +(events.find((event) => event.type === type)?.at ?? Number.NaN);
  return at('needs_decision') - at('unclear');
}

describe('a lost answer', inParallel, () => {
  test('is adopted from the listing: one POST, one job', async () => {
    await using world = await openWorld();
    const id = await world.ask('a red fox [lose-response]');
    const { attempts } = await world.until(id, 'completed');
    expect(await typesOf(world, id)).toEqual(expect.arrayContaining(['unclear', 'adopted', 'stored']));
    expect(world.posts()).toMatchObject([{ key: attempts[0]?.id, status: null }]);
    expect(world.ledger()).toMatchObject({ creates: { accepted: 1, replayed: 0 }, jobs: [{ posts: 1 }] });
  });

  test('is sent again under the same key where the provider deduplicates: two POSTs, one job', async () => {
    await using world = await openWorld();
    const id = await world.ask('a red fox [lose-response]', { on: 'simulator' });
    const { attempts } = await world.until(id, 'completed');
    expect(world.posts()).toMatchObject([{ key: attempts[0]?.id }, { key: attempts[0]?.id }]);
    expect(world.ledger()).toMatchObject({ creates: { accepted: 1, replayed: 1 }, jobs: [{ posts: 2 }] });
    expect(await typesOf(world, id)).not.toContain('adopted');
  });

  test('of three equal takes: three jobs, each adopted once', async () => {
    await using world = await openWorld();
    const first = await world.ask('a red fox [lose-response]', { count: 3 });
    const { shotId } = (await world.see(first)).video;
    const list = () => world.system.store.list({ ownerId: null, shotId, limit: 9, order: 'asc' });
    for (const { video } of await list()) await world.until(video.id, 'completed');
    const upstreamIds = (await list()).map(({ attempts }) => attempts[0]?.upstreamId);
    expect(new Set(upstreamIds).size).toBe(3);
    expect(world.posts()).toHaveLength(3);
    expect(world.ledger().creates).toMatchObject({ accepted: 3, replayed: 0 });
  });

  test('of a server that went down with the create on the wire is adopted when it is back', async () => {
    await using world = await openWorld();
    const id = await world.ask('a red fox [hang:60]');
    const { video } = await world.until(id, () => world.ledger().creates.accepted === 1);
    expect(video.state).toBe('submitting');
    await world.restart();
    await world.until(id, 'completed');
    expect(await typesOf(world, id)).toContain('adopted');
    expect(world.posts()).toHaveLength(1);
  });

  test.each(['[create-http:503+job]', '[create-http:409+job]'])(
    '%s is adopted: the status is no proof',
    async (fault) => {
      await using world = await openWorld();
      const id = await world.ask(`a red fox ${fault}`);
      await world.until(id, 'completed');
      expect(await typesOf(world, id)).toContain('adopted');
      expect(world.ledger()).toMatchObject({ creates: { accepted: 1, replayed: 0 }, jobs: [{ posts: 1 }] });
      expect(world.posts()).toHaveLength(1);
    },
  );
});

describe('a lost request', inParallel, () => {
  test('is never sent again by itself: a person decides, and sending again is take 2', async () => {
    await using world = await openWorld();
    const id = await world.ask('a red fox [lose-request]');
    await world.until(id, 'needs_decision');
    expect(await doubtMs(world, id)).toBeGreaterThanOrEqual(2 * minute);
    await world.pass(4 * minute);
    expect((await world.see(id)).video.state).toBe('needs_decision');
    expect(world.posts()).toHaveLength(1);

    const { videoId } = await world.command(id, { name: 'decide', decision: 'send_again' });
    const first = await world.see(id);
    expect(first.video).toMatchObject({ state: 'failed', errorCode: 'submission_unknown' });
    expect(failureOf('submission_unknown').billed).toBe('maybe');
    // Still looked for: a late clip would be kept.
    expect(first.video.checkAt).not.toBeNull();
    const { video, attempts } = await world.until(videoId, () => world.posts().length === 2);
    expect(video).toMatchObject({ takeNo: 2, shotId: first.video.shotId });
    expect(keysOf(world)).toEqual(new Set([first.attempts[0]?.id, attempts[0]?.id]));
    expect(world.ledger().creates.accepted).toBe(0);
  });

  test('is sent again under the same key where the provider deduplicates', async () => {
    await using world = await openWorld();
    const id = await world.ask('a red fox [lose-request:2]', { on: 'simulator' });
    await world.until(id, 'completed');
    expect(world.posts()).toHaveLength(3);
    expect(keysOf(world).size).toBe(1);
    expect(world.ledger().creates).toMatchObject({ accepted: 1, replayed: 0 });
  });

  test.each(['[create-http:503]', '[create-http:408]', '[create-http:502]'])('%s is no proof either', async (fault) => {
    await using world = await openWorld();
    const id = await world.ask(`a red fox ${fault}`);
    await world.until(id, 'needs_decision');
    expect(await typesOf(world, id)).toContain('unclear');
    expect(await doubtMs(world, id)).toBeGreaterThanOrEqual(2 * minute);
    expect(world.posts()).toHaveLength(1);
    expect(world.ledger().creates.accepted).toBe(0);
  });
});

describe('a create that was surely not taken', inParallel, () => {
  test('429: the same attempt waits for the whole Retry-After', async () => {
    await using world = await openWorld();
    const id = await world.ask('a red fox [create-http:429x1] [retry-after:120]');
    const { attempts } = await world.until(id, 'completed');
    const [first, second, ...more] = world.posts();
    expect(more).toEqual([]);
    expect(+(second?.at ?? 0) - +(first?.at ?? 0)).toBeGreaterThanOrEqual(2 * minute);
    expect(keysOf(world)).toEqual(new Set([attempts[0]?.id]));
    expect(attempts).toHaveLength(1);
    expect(world.ledger().creates).toMatchObject({ accepted: 1, replayed: 0 });
  });

  test.each([
    ['[reject:moderation]', 'moderation'],
    ['[create-http:422]', 'invalid_request'],
    ['[create-http:402]', 'quota'],
  ] as const)('%s fails at once as %s, and nothing is billed', async (fault, code) => {
    await using world = await openWorld();
    const id = await world.ask(`a red fox ${fault}`);
    const { video, attempts } = await world.until(id, 'over');
    expect(video).toMatchObject({ state: 'failed', errorCode: code, acceptedAt: null, checkAt: null });
    expect(attempts).toMatchObject([{ outcome: 'rejected', operation: null }]);
    expect(failureOf(code).billed).toBe('no');
    expect(world.posts()).toHaveLength(1);
    expect(world.ledger().creates).toMatchObject({ accepted: 0, refused: 1 });
  });
});

test('two unclear creates in a row stop the next ones until a free request is answered', inParallel, async () => {
  await using world = await openWorld();
  const ids = [await world.ask('one [create-http:503]'), await world.ask('two [create-http:503]')];
  for (const id of ids) await world.until(id, 'unknown');
  const before = world.requests.length;
  await world.until(await world.ask('three'), 'completed');
  const after = world.requests.slice(before).map(({ method, path }) => `${method} ${path}`);
  const probed = after.findIndex((one) => one === 'GET /v1/models' || one === 'GET /v1/videos?limit=1');
  expect(probed).toBeGreaterThanOrEqual(0);
  expect(after.indexOf('POST /v1/videos')).toBeGreaterThan(probed);
});
