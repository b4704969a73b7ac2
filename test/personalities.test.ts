import { describe, expect, test } from 'vitest';
import { inParallel, openWorld } from './simulated-world.ts';

describe.each(['vllm-omni', 'sglang', 'fastvideo', 'litellm', 'newapi'] as const)(
  'a server like %s',
  inParallel,
  (personality) => {
    test('renders a clip that is stored, and its failed jobs are verdicts', async () => {
      await using world = await openWorld({ personality });
      const [good, blocked, broken] = [
        await world.ask('a red fox [render:20]'),
        await world.ask('a red fox [fail:moderation]'),
        await world.ask('a red fox [fail:provider]'),
      ];
      const { video, assets } = await world.until(good, 'completed');
      expect(video).toMatchObject({ progress: 100, errorCode: null });
      expect(assets.find(({ id }) => id === video.clipAssetId)).toMatchObject({
        kind: 'clip',
        width: 320,
        height: 180,
      });
      expect((await world.until(blocked, 'over')).video).toMatchObject({ state: 'failed', errorCode: 'moderation' });
      expect((await world.until(broken, 'over')).video).toMatchObject({ state: 'failed', errorCode: 'provider_error' });
      expect(world.posts()).toHaveLength(3);
      expect(world.ledger().creates).toMatchObject({ accepted: 3, replayed: 0 });
    });

    test('is asked once for a create whose answer is lost', async () => {
      await using world = await openWorld({ personality });
      const id = await world.ask('a red fox [lose-response]');
      // Without a listing there is no proof: a person decides.
      await world.until(id, personality === 'newapi' ? 'needs_decision' : 'completed');
      expect(world.posts()).toHaveLength(1);
      expect(world.ledger().creates).toMatchObject({ accepted: 1, replayed: 0 });
    });
  },
);

// LiteLLM and New-API have no DELETE.
describe.each(['vllm-omni', 'sglang', 'fastvideo'] as const)('a server like %s', inParallel, (personality) => {
  test('is asked to cancel once', async () => {
    await using world = await openWorld({ personality });
    const id = await world.ask('a red fox [render:200]');
    await world.until(id, 'running');
    await world.command(id, { name: 'cancel' });
    expect((await world.until(id, 'over')).video.state).toBe('canceled');
    expect(world.requests.filter(({ method }) => method === 'DELETE')).toHaveLength(1);
  });
});
