import { describe, expect, test } from 'vitest';
import { testStores } from '#store/testing.ts';
import { openWorld } from './simulated-world.ts';

describe.each(testStores())('on the $name store', { timeout: 60_000 }, ({ open }) => {
  test('faults at the provider lead to the same ends: nothing is lost, and each is paid once', async () => {
    await using world = await openWorld({ store: (clock) => open({ now: () => clock.now() }) });
    await world.ask('another that answers [stall:50]');
    const ends = {
      'a red fox [render:20]': ['completed', null],
      'a red fox [http:503x2] [http:404]': ['completed', null],
      'a red fox [garble:2] [render:20]': ['completed', null],
      'a red fox [cut:1000]': ['completed', null],
      'a red fox [forget] [render:900]': ['failed', 'job_not_found'],
      'a red fox [fail:moderation]': ['failed', 'moderation'],
      'a red fox [reject:moderation]': ['failed', 'moderation'],
      'a red fox [create-http:429x1] [retry-after:30]': ['completed', null],
    } as const;
    const ids = new Map<string, string>();
    for (const prompt of Object.keys(ends)) ids.set(prompt, await world.ask(prompt));
    for (const [prompt, [state, errorCode]] of Object.entries(ends)) {
      const { video, attempts } = await world.until(ids.get(prompt) ?? '', 'over');
      expect(video).toMatchObject({ prompt, state, errorCode });
      expect(attempts).toHaveLength(1);
    }

    // After the others: two unclear creates in a row would hold them up.
    const lost = await world.ask('a red fox [lose-response]');
    const doubtful = await world.ask('a red fox [lose-request]');
    await world.until(lost, 'completed');
    await world.until(doubtful, 'needs_decision');
    const { creates, jobs } = world.ledger();
    expect(creates).toMatchObject({ accepted: 9, replayed: 0 });
    expect(jobs.map(({ posts }) => posts)).toEqual(Array(9).fill(1));
    expect(world.posts()).toHaveLength(12);
    expect(await world.system.store.count(null)).toEqual({ running: 1, completed: 6, failed: 3, needs_decision: 1 });
  });
});
