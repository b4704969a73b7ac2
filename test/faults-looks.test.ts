import { describe, expect, test } from 'vitest';
import { attentionOf } from '#api/videos/attention.ts';
import { failureOf } from '#video/failure.ts';
import { isTerminal } from '#video/video.ts';
import { inParallel, openWorld, type SeenRequest, type SimulatedWorld } from './simulated-world.ts';

const minute = 60_000;
const gapsMs = (requests: SeenRequest[]) => requests.slice(1).map(({ at }, i) => +at - +(requests[i]?.at ?? 0));
const answered = (requests: SeenRequest[], status: number) => requests.filter((one) => one.status === status);
const typesOf = async (world: SimulatedWorld, id: string) => (await world.events(id)).map(({ type }) => type);

/** Waits until the provider has said 404 for so long, to more looks than a verdict would need. */
const missedFor = (world: SimulatedWorld, id: string, ms: number) =>
  world.until(id, ({ video, attempts }) => {
    const { since } = attempts[0]?.watch.missing ?? {};
    return isTerminal(video.state) || (since !== undefined && +(video.checkedAt ?? 0) - Date.parse(since) >= ms);
  });

async function attention(world: SimulatedWorld, id: string) {
  const { video, attempts } = await world.see(id);
  return attentionOf(video, attempts.at(-1), world.system.clock.now(), () => true);
}

describe('404', inParallel, () => {
  test('twice is no verdict', async () => {
    await using world = await openWorld();
    await world.ask('another that answers [stall:50]', { on: 'simulator' });
    const id = await world.ask('a red fox [http:404x2] [render:60]', { on: 'simulator' });
    const { attempts } = await world.until(id, 'completed');
    expect(answered(await world.looks(id), 404)).toHaveLength(2);
    expect(attempts[0]?.watch.missing).toBeUndefined();
    expect(world.posts()).toHaveLength(2);
  });

  test('is believed after three looks over two minutes, while another job answers', async () => {
    await using world = await openWorld();
    const other = await world.ask('another that answers [stall:50]', { on: 'simulator' });
    const id = await world.ask('a red fox [forget] [render:300]', { on: 'simulator' });
    const { video, attempts } = await world.until(id, 'failed');
    expect(video.errorCode).toBe('job_not_found');
    expect(failureOf('job_not_found').billed).toBe('maybe');
    expect(attempts).toHaveLength(1);
    const misses = answered(await world.looks(id), 404);
    expect(misses.length).toBeGreaterThanOrEqual(3);
    expect(+(misses.at(-1)?.at ?? 0) - +(misses[0]?.at ?? 0)).toBeGreaterThanOrEqual(2 * minute);
    expect((await world.see(other)).video.state).toBe('running');
  });

  test('of every job is the trouble of the provider: none fails, and all complete when it remembers', async () => {
    await using world = await openWorld();
    await world.until(await world.ask('done before [render:5]', { on: 'simulator' }), 'completed');
    const ids = [
      await world.ask('one [render:60]', { on: 'simulator' }),
      await world.ask('two [render:90]', { on: 'simulator' }),
    ];
    for (const id of ids) await world.until(id, ({ attempts }) => (attempts[0]?.checks ?? 0) > 0);
    await world.restart({ empty: true });
    for (const id of ids) await missedFor(world, id, 4 * minute);
    for (const id of ids) expect((await world.see(id)).video.state).toBe('running');
    await world.restart();
    for (const id of ids) await world.until(id, 'completed');
  });

  test('of every job is believed as soon as another one answers', async () => {
    await using world = await openWorld();
    const ids = [
      await world.ask('one [forget] [render:900]', { on: 'simulator' }),
      await world.ask('two [forget] [render:900]'),
    ];
    ids.push(await world.ask('three [forget] [render:900]', { on: 'simulator' }));
    for (const id of ids) await missedFor(world, id, 4 * minute);
    for (const id of ids) expect((await world.see(id)).video.state).toBe('running');
    await world.ask('another that answers [stall:50]', { on: 'simulator' });
    await world.until(ids[0] ?? '', 'failed');
    await world.until(ids[2] ?? '', 'failed');
    // The other provider has no job that answers: it is the same server here, but nobody knows.
    expect((await world.see(ids[1] ?? '')).video.state).toBe('running');
  });
});

describe('an answer that is no verdict', inParallel, () => {
  test('503 is asked again after longer and longer pauses', async () => {
    await using world = await openWorld();
    const id = await world.ask('a red fox [http:503x4] [render:20]', { on: 'simulator' });
    const { attempts } = await world.until(id, 'completed');
    const looks = await world.looks(id);
    expect(looks.slice(0, 5).map(({ status }) => status)).toEqual([503, 503, 503, 503, 200]);
    // 2, 4, 8, 16 seconds less a fifth.
    gapsMs(looks.slice(0, 5)).forEach((gap, i) => {
      expect(gap).toBeGreaterThanOrEqual(1_600 * 2 ** i);
    });
    expect((await typesOf(world, id)).filter((type) => type === 'trouble')).toHaveLength(1);
    expect(attempts[0]?.watch.trouble).toBeUndefined();
  });

  test('Retry-After is kept in full, whoever watches or knocks', async () => {
    await using world = await openWorld();
    const id = await world.ask('a red fox [http:429] [retry-after:90] [render:20]', { on: 'simulator' });
    await world.until(id, ({ attempts }) => attempts[0]?.watch.trouble !== undefined);
    expect(await attention(world, id)).toMatchObject({ code: 'rate_limited' });
    for (let i = 0; i < 20; i++) {
      await world.system.store.markWatched(id, minute);
      await world.system.store.hint({ ids: [id] });
      await world.pass(2_000);
    }
    await world.until(id, 'completed');
    const looks = await world.looks(id);
    expect(looks[0]?.status).toBe(429);
    expect(gapsMs(looks)[0]).toBeGreaterThanOrEqual(90_000);
  });

  test.each([
    ['[http:401x3]', 'auth', 401],
    ['[http:403x2]', 'auth', 403],
    ['[http:429x2]', 'rate_limited', 429],
    ['[http:500x2]', 'transient', 500],
    ['[http:502x2]', 'transient', 502],
    ['[http:400x2]', 'protocol', 400],
    ['[http:410x2]', 'protocol', 410],
    ['[garble:2]', 'protocol', 200],
  ])('%s goes on, says why (%s), and completes', async (fault, why, status) => {
    await using world = await openWorld();
    const id = await world.ask(`a red fox ${fault} [render:20]`, { on: 'simulator' });
    const { attempts } = await world.until(id, 'completed');
    const trouble = (await world.events(id)).filter(({ type }) => type === 'trouble');
    expect(trouble).toMatchObject([{ stateBefore: 'running', stateAfter: 'running', data: { why } }]);
    expect((await world.looks(id))[1]?.status).toBe(status);
    expect(attempts).toHaveLength(1);
    expect(attempts[0]?.watch.trouble).toBeUndefined();
  });

  test('is forgotten with the next real answer', async () => {
    await using world = await openWorld();
    await world.ask('another that answers [stall:50]', { on: 'simulator' });
    const id = await world.ask('a red fox [http:401x2] [stall:50]', { on: 'simulator' });
    const missed = await world.ask('a red fox [http:404x2] [stall:50]', { on: 'simulator' });
    for (const one of [id, missed]) {
      const { attempts } = await world.until(one, (seen) => (seen.attempts[0]?.checks ?? 0) >= 4);
      expect(attempts[0]?.watch).toEqual({ progress: expect.anything() });
      expect(await attention(world, one)).toBeNull();
    }
  });

  test('a refused key: running takes wait, it is said since when, and they complete with the right key', async () => {
    await using world = await openWorld();
    const id = await world.ask('a red fox [render:20]', { on: 'simulator' });
    await world.until(id, 'running');
    await world.restart({ apiKey: 'changed' });
    await world.until(id, ({ attempts }) => (attempts[0]?.watch.trouble?.count ?? 0) >= 2);
    const told = await attention(world, id);
    expect(told).toMatchObject({ code: 'key_refused', needs_person: true });
    await world.pass(3 * minute);
    expect(await attention(world, id)).toMatchObject({ since: told?.since });
    expect((await world.see(id)).video.state).toBe('running');

    // What is asked for meanwhile was refused before it cost anything.
    const refused = await world.until(await world.ask('too early', { on: 'simulator' }), 'failed');
    expect(refused.video.errorCode).toBe('auth');
    expect(failureOf('auth').billed).toBe('no');

    await world.restart();
    await world.until(id, 'completed');
    expect(await attention(world, id)).toBeNull();
    expect((await typesOf(world, id)).filter((type) => type === 'trouble').length).toBeLessThanOrEqual(2);
  });

  test.each(['processing', 'something-new'])(
    'the state %s, which the protocol does not know, is running',
    async (word) => {
      await using world = await openWorld();
      const id = await world.ask(`a red fox [status:${word}] [render:30]`, { on: 'simulator' });
      await world.until(id, ({ video }) => video.progress > 0);
      expect((await world.see(id)).video).toMatchObject({ state: 'running', upstreamQueued: false });
      await world.until(id, 'completed');
    },
  );
});

describe('progress', inParallel, () => {
  test('that falls at the provider never falls here, and is 100 only when stored', async () => {
    await using world = await openWorld({ settings: { schedule: 3_000 } });
    const id = await world.ask('a red fox [progress:back] [render:240]', { on: 'simulator' });
    const shown: number[] = [];
    const reported: number[] = [];
    await world.until(id, ({ video, attempts }) => {
      const { progress } = (attempts[0]?.raw ?? {}) as { progress?: number };
      shown.push(video.progress);
      reported.push(progress ?? 0);
      if (video.state !== 'completed') expect(video.progress).toBeLessThanOrEqual(99);
      return video.state === 'completed';
    });
    const falls = (percents: number[]) => percents.some((percent, i) => percent < (percents[i - 1] ?? 0));
    expect(falls(reported)).toBe(true);
    expect(falls(shown)).toBe(false);
    expect(shown.at(-1)).toBe(100);
  });

  test('that is never reported is an estimate, which rises and is not 100 before the clip is stored', async () => {
    await using world = await openWorld({ settings: { schedule: 3_000 } });
    const id = await world.ask('a red fox [progress:none] [render:60]', { on: 'simulator' });
    const early = await world.until(id, ({ video }) => video.progress > 0);
    expect(early.video).toMatchObject({ state: 'running', progressSource: 'estimate' });
    const later = await world.until(id, ({ video }) => video.progress > early.video.progress);
    expect(later.video.progress).toBeLessThanOrEqual(95);
    expect((await world.until(id, 'completed')).video.progress).toBe(100);
  });

  test('is not estimated while the job waits at the provider', async () => {
    await using world = await openWorld({ settings: { schedule: 3_000 } });
    const id = await world.ask('a red fox [queue:60] [render:20]', { on: 'simulator' });
    const seen = await world.until(id, ({ attempts }) => (attempts[0]?.checks ?? 0) >= 4);
    expect(seen.video).toMatchObject({ upstreamQueued: true, progress: 0 });
    const moved = await world.until(id, ({ video }) => video.progress > 0);
    expect(moved.video).toMatchObject({ upstreamQueued: false, progressSource: 'provider' });
  });
});

describe('the deadline', inParallel, () => {
  test('makes a stuck job overdue, and never fails it', async () => {
    await using world = await openWorld({ settings: { deadlineMs: minute } });
    const id = await world.ask('a red fox [stall:99]', { on: 'simulator' });
    const { video, attempts } = await world.until(id, 'overdue');
    expect(+(video.deadlineAt ?? 0) - +(video.acceptedAt ?? 0)).toBe(minute);
    expect(+world.system.clock.now()).toBeGreaterThanOrEqual(+(video.deadlineAt ?? 0));
    const looks = attempts[0]?.checks ?? 0;
    const later = await world.until(id, (seen) => (seen.attempts[0]?.checks ?? 0) >= looks + 5);
    expect(later.video).toMatchObject({ state: 'overdue', progress: 99, errorCode: null });
  });

  test('is no verdict: a late clip completes', async () => {
    await using world = await openWorld({ settings: { deadlineMs: minute } });
    const id = await world.ask('a red fox [render:150]', { on: 'simulator' });
    await world.until(id, 'overdue');
    expect((await world.until(id, 'completed')).video.errorCode).toBeNull();
    expect(world.posts()).toHaveLength(1);
  });
});

describe('a verdict', inParallel, () => {
  test.each([
    ['[fail:moderation]', 'moderation', 'no', 'Your request was blocked by our moderation system.'],
    ['[fail:provider]', 'provider_error', 'maybe', 'The video could not be generated.'],
  ] as const)('%s is %s, billed: %s', async (fault, code, billed, message) => {
    await using world = await openWorld();
    const id = await world.ask(`a red fox ${fault}`, { on: 'simulator' });
    const { video, attempts } = await world.until(id, 'over');
    expect(video).toMatchObject({ state: 'failed', errorCode: code, errorMessage: message, checkAt: null });
    expect(failureOf(code).billed).toBe(billed);
    expect(attempts).toMatchObject([{ outcome: 'failed' }]);
    expect(await world.downloads(id)).toHaveLength(0);
    expect(world.posts()).toHaveLength(1);
  });
});

describe('a cancel', inParallel, () => {
  const deletes = (world: SimulatedWorld) => world.requests.filter(({ method }) => method === 'DELETE');

  test('is passed on once, and the provider stops', async () => {
    await using world = await openWorld();
    const id = await world.ask('a red fox [render:300]');
    await world.until(id, 'running');
    await world.command(id, { name: 'cancel' });
    const { video, attempts } = await world.until(id, 'canceled');
    expect(video.errorCode).toBe('canceled');
    expect(attempts).toMatchObject([{ outcome: 'canceled' }]);
    expect(deletes(world)).toHaveLength(1);
    expect(world.ledger().jobs).toMatchObject([{ status: 'deleted' }]);
  });

  test.each([
    ['keeps the clip', false, 'completed'],
    ['throws the clip away where that was asked for', true, 'canceled'],
  ] as const)('that the provider refuses %s', async (_what, discard, end) => {
    await using world = await openWorld({ personality: 'openai-strict' });
    const id = await world.ask('a red fox [render:60]');
    await world.until(id, 'running');
    await world.command(id, { name: 'cancel', discard });
    const { attempts } = await world.until(id, end);
    expect(attempts[0]).toMatchObject({ outcome: 'completed', watch: { cancel: { refused: true } } });
    expect(await typesOf(world, id)).toContain('cancel_refused');
    expect(deletes(world)).toHaveLength(1);
    expect(await world.downloads(id)).toHaveLength(discard ? 0 : 1);
  });
});
