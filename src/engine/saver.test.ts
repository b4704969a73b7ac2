import { expect, test } from 'vitest';
import { openMemoryStore } from '#store/testing.ts';
import { move } from '#video/lifecycle.ts';
import { createSaver } from './saver.ts';
import { createWorld } from './testing.ts';

test('two moves of one video, the older of a claim that ran out, spoil nothing: the fence turns that one away', async () => {
  const world = createWorld({ store: (clock) => openMemoryStore({ now: () => clock.now() }) });
  const { store } = world.system;
  const [id, other] = [await world.ask('a red fox'), await world.ask('a blue hare')];
  const old = await store.claimOne(id, null, 1_000);
  await world.clock.advance(2_000);
  const [anew, third] = [await store.claimOne(id, null, 1_000), await store.claimOne(other, null, 1_000)];
  if (!old || !anew || !third || old === 'busy' || anew === 'busy' || third === 'busy') throw new Error('not claimed');
  const saved: string[] = [];
  const save = createSaver(world.system, ({ videoId }) => saved.push(videoId));
  const stay = (claimed: typeof old) => save(move(claimed, 'queued', { next: null, video: { notBefore: null } }));
  expect(await Promise.all([stay(old), stay(anew), stay(third)])).toEqual([false, true, true]);
  expect(saved.sort()).toEqual([id, other].sort());
});
