import { describe, expect, it } from 'vitest';
import { timer } from './circumstances.ts';
import { ClaimLost, underLease } from './lease.ts';
import { createVirtualClock, testSettings } from './testing.ts';

const claimed = { video: { id: 'video_1', claimSeq: 1 } } as Parameters<typeof underLease>[1];
const { leaseMs } = testSettings;
const down = () => Promise.reject(new Error('the database is away'));

/** A step of so many leases whose renewals end as `renew` says; how it ended, and how many leases after its begin. */
function step(leases: number, renew: (nth: number) => Promise<boolean>) {
  const clock = createVirtualClock();
  const startedMs = clock.now().getTime();
  let renewals = 0;
  const system = {
    clock,
    settings: testSettings,
    log: { debug() {}, info() {}, warn() {}, error() {} },
    store: { renew: () => renew(++renewals) } as unknown as Parameters<typeof underLease>[0]['store'],
  };
  const given = { passedMs: timer(clock), stop: new AbortController().signal };
  const running = underLease(system, claimed, given, async (signal) => {
    await clock.sleep(leases * leaseMs, signal);
    signal.throwIfAborted();
    return 'finished';
  });
  const end = running.then(
    (value) => ({ value, after: (clock.now().getTime() - startedMs) / leaseMs }),
    (error: unknown) => ({ value: error, after: (clock.now().getTime() - startedMs) / leaseMs }),
  );
  return { end, advance: (more: number) => clock.advance(more * leaseMs) };
}

describe('a step longer than its lease', () => {
  it('goes on while the lease is renewed', async () => {
    const { end, advance } = step(3, async () => true);
    await advance(4);
    expect(await end).toMatchObject({ value: 'finished', after: 3 });
  });

  it('ends when somebody else holds its row', async () => {
    const { end, advance } = step(3, async (nth) => nth < 2);
    await advance(4);
    expect((await end).value).toBeInstanceOf(ClaimLost);
  });

  it('goes on over a renewal that fails while the lease holds', async () => {
    const { end, advance } = step(3, (nth) => (nth % 2 === 1 ? down() : Promise.resolve(true)));
    await advance(4);
    expect(await end).toMatchObject({ value: 'finished', after: 3 });
  });

  it.each([
    ['fails', down],
    ['hangs', () => new Promise<boolean>(() => {})],
  ])('ends with its lease where every renewal %s', async (_how, renew) => {
    const { end, advance } = step(3, renew);
    await advance(4);
    const { value, after } = await end;
    expect(value).toBeInstanceOf(ClaimLost);
    expect(after).toBeGreaterThan(0.9);
    expect(after).toBeLessThanOrEqual(1);
  });

  it('does not wait for a renewal that hangs when it is done itself', async () => {
    const { end, advance } = step(0.5, () => new Promise(() => {}));
    await advance(0.6);
    expect((await end).value).toBe('finished');
  });
});

it('is known to have run out at once after standing still, before any timer is heard', async () => {
  const clock = createVirtualClock();
  let passedMs = 0;
  const system = {
    clock,
    settings: testSettings,
    log: { debug() {}, info() {}, warn() {}, error() {} },
    store: { renew: async () => true } as unknown as Parameters<typeof underLease>[0]['store'],
  };
  const given = { passedMs: () => passedMs, stop: new AbortController().signal };
  const held = await underLease(system, claimed, given, async (_signal, isHeld) => {
    const before = isHeld();
    passedMs += leaseMs;
    return [before, isHeld()];
  });
  expect(held).toEqual([true, false]);
});
