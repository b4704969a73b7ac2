import { afterEach, describe, expect, it } from 'vitest';
import { openMemoryStore } from '#store/memory.ts';
import { BudgetExceeded } from '#video/errors/budget-exceeded.ts';
import { runCommand } from './commands.ts';
import { createWorld, type Script, type World } from './testing.ts';

let world: World;
afterEach(() => world.stop());

const estimate = 2_000_000;
const user = { type: 'user' as const, id: 'owner' };

/** A model at 50 cents a second, and a day of ten dollars. */
function open(script: Partial<Script> = {}) {
  const dailyCapMicroUsd = 5 * estimate;
  world = createWorld({ store: (clock) => openMemoryStore({ now: () => clock.now(), dailyCapMicroUsd }), script });
  const { catalogue } = world.system;
  const price = { perSecondUsd: 0.5, source: 'https://example.com', asOf: '2026-11-01' };
  world.system.catalogue = {
    ...catalogue,
    get: (id) => {
      const model = catalogue.get(id);
      return model && { ...model, price };
    },
  };
  return world;
}

const entries = async (id: string) =>
  (await world.system.store.ledgerOf(id)).map(({ kind, amountMicroUsd, source }) => [kind, amountMicroUsd, source]);
const spentMicroUsd = async () => (await world.system.store.spending('owner')).spentMicroUsd;
const reserved = ['reserve', estimate, 'estimate'];

describe('the ledger', () => {
  it('holds what the jobs at the provider cost, though some answers were lost and some creates refused', async () => {
    const full = { kind: 'rejected', code: 'quota', message: 'no credit', raw: null } as const;
    const answers = ['accept', 'lose', full, 'accept', 'lose'] as const;
    open({
      start: (nth) => answers[nth - 1] ?? 'accept',
      check: () => ({ kind: 'completed', renderMs: null, costMicroUsd: 1_500_000, raw: null }),
    }).start();
    const ids = [];
    for (let n = 0; n < 5; n++) ids.push(await world.ask(`shot ${n}`));
    for (const id of ids) await world.until(id, 'over');
    expect(world.provider.jobs.size).toBe(4);
    expect(await spentMicroUsd()).toBe(4 * 1_500_000);
    const settled = ['settle', 1_500_000 - estimate, 'provider'];
    const ledgers = await Promise.all(ids.map(entries));
    expect(ledgers.filter((ledger) => ledger[1]?.[0] === 'settle')).toEqual(Array(4).fill([reserved, settled]));
    expect(ledgers.filter((ledger) => ledger[1]?.[0] === 'release')).toEqual([
      [reserved, ['release', -estimate, 'estimate']],
    ]);
  });

  it('counts a take that was given up, and corrects it when its clip comes late', async () => {
    open({ start: () => 'drop' }).start();
    const id = await world.ask();
    await world.until(id, 'needs_decision');
    await runCommand(world.system, id, 'owner', { name: 'decide', decision: 'stop_looking' }, user);
    expect(await entries(id)).toEqual([reserved, ['settle', 0, 'estimate']]);
    const { attempts } = await world.see(id);
    const request = attempts[0]?.request;
    if (!request) throw new Error('no attempt');
    world.provider.script.check = () => ({ kind: 'completed', renderMs: null, costMicroUsd: 2_500_000, raw: null });
    world.provider.jobs.set('late', { id: 'late', key: '', request, createdAt: world.clock.now(), canceled: false });
    await world.until(id, 'completed');
    expect((await entries(id)).at(-1)).toEqual(['correct', 500_000, 'provider']);
  });

  it('reserves anew where it is sent again, or not at all: neither half happens over the cap', async () => {
    open({ start: (nth) => (nth === 1 ? 'drop' : 'accept') }).start();
    const lost = await world.ask();
    await world.until(lost, 'needs_decision');
    await world.ask('others', { count: 4 });
    const sendAgain = () => runCommand(world.system, lost, 'owner', { name: 'decide', decision: 'send_again' }, user);
    await expect(sendAgain()).rejects.toThrow(BudgetExceeded);
    expect((await world.see(lost)).video).toMatchObject({ state: 'needs_decision', claimedUntil: null });
    await world.system.store.setCap('owner', 6 * estimate, user);
    const { videoId } = await sendAgain();
    expect((await world.see(lost)).video.state).toBe('failed');
    await world.until(videoId, 'completed');
    expect(await spentMicroUsd()).toBe(6 * estimate);
  });

  it('reserves once more for each try of its own, in the place of the free one before', async () => {
    const busy = { kind: 'rejected', code: 'capacity', message: 'full', raw: null } as const;
    open({ start: (nth) => (nth < 3 ? busy : 'accept') }).start();
    const id = await world.ask();
    await world.until(id, 'completed');
    const released = ['release', -estimate, 'estimate'];
    expect(await entries(id)).toEqual([reserved, released, reserved, released, reserved, ['settle', 0, 'estimate']]);
    expect(await spentMicroUsd()).toBe(estimate);
  });
});
