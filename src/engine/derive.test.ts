import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openMemoryStore } from '#store/memory.ts';
import type { Submission } from '#video/answer.ts';
import type { Asset } from '#video/video.ts';
import { createCharacter } from './characters.ts';
import { type DeriveRequest, derive } from './derive.ts';
import type { Model } from './system.ts';
import { addProvider, createWorld, type World } from './testing.ts';

let world: World;
const operations: Model['operations'] = ['remix', 'edit', 'extend', 'character'];
const price = { perSecondUsd: 0.1, source: 'a list', asOf: '2026-01-01' };
beforeEach(() => {
  world = createWorld({ store: (clock) => openMemoryStore({ now: clock.now }) });
  addProvider(world, { models: { fake: { operations, price } } });
  world.start();
});
afterEach(() => world.stop());

const file = { id: 'asset_1', contentType: 'video/mp4', width: 640, height: 360, durationMs: 5_900 } as Asset;

async function finished() {
  const id = await world.ask('a red fox', { seconds: 4, size: '320x180' });
  return world.until(id, 'completed');
}
const ask = (more: Pick<DeriveRequest, 'source' | 'operation'> & Partial<DeriveRequest>) =>
  derive(world.system, { ownerId: 'ada', actor: { type: 'user' }, prompt: 'at night', ...more });
const made = async (ids: string[]) => world.see(ids[0] ?? '');

describe('a clip that is made of another one', () => {
  it('has its size and length, and is asked for by the id that the provider knows', async () => {
    const source = await finished();
    const { video, attempts } = await made((await ask({ source, operation: 'remix' })).ids);
    expect(video).toMatchObject({
      remixedFrom: source.video.id,
      size: '320x180',
      seconds: 4,
      model: 'fake/model',
    });
    const upstreamId = source.attempts[0]?.upstreamId;
    expect(attempts[0]?.request).toMatchObject({ prompt: 'at night', from: { operation: 'remix', upstreamId } });
  });

  it('is as long as both together, and costs what is added', async () => {
    const source = await finished();
    const { video, attempts } = await made((await ask({ source, operation: 'extend', addedSeconds: 8 })).ids);
    expect(video.seconds).toBe(12);
    expect(attempts[0]?.request.from).toMatchObject({ operation: 'extend', addedSeconds: 8 });
    expect(attempts[0]?.estimateMicroUsd).toBe((source.attempts[0]?.estimateMicroUsd ?? Number.NaN) * 2);
  });

  it('of a file has the size and length of the file, which goes along', async () => {
    const { video, attempts } = await made((await ask({ source: file, operation: 'edit' })).ids);
    expect(video).toMatchObject({ size: '640x360', seconds: 6, inputs: ['asset_1'], remixedFrom: null });
    expect(attempts[0]?.request.from).toEqual({ operation: 'edit', upstreamId: null });
  });

  it('is refused for a model that cannot, by name of those that can', async () => {
    const asked = ask({ source: file, operation: 'edit', model: 'other/model' });
    await expect(asked).rejects.toThrow('other/model cannot edit clips; these can: fake/model');
  });

  it('is refused for a model of another provider, and of a clip that is not finished', async () => {
    const source = await finished();
    await expect(ask({ source, operation: 'remix', model: 'other/model' })).rejects.toThrow(
      'only a model of fake, which has the clip',
    );
    const queued = await world.see(await world.ask('another'));
    await expect(ask({ source: queued, operation: 'remix' })).rejects.toThrow('Only of a completed video');
  });
});

describe('a character', () => {
  const outcomes: Record<string, Submission> = {
    accepted: { kind: 'accepted', operation: { id: 'up' }, upstreamId: 'up', raw: null },
    rejected: { kind: 'rejected', code: 'invalid_request', message: 'no face', raw: null },
    unclear: { kind: 'unclear', message: 'lost' },
  };
  let posts = 0;
  const create = (outcome: keyof typeof outcomes, id = 'once_1') => {
    world.provider.createCharacter = async () => {
      posts += 1;
      return outcomes[outcome] as Submission;
    };
    const once = { id, ownerId: 'ada', key: 'k', fingerprint: 'ava', tries: 0 };
    return createCharacter(world.system, { ownerId: 'ada', name: 'Ava', source: file, model: 'fake/model', once });
  };
  beforeEach(() => {
    posts = 0;
  });

  it('is made once, however often it is asked for', async () => {
    const first = await create('accepted');
    expect(first.character).toMatchObject({ name: 'Ava', provider: 'fake', upstreamId: 'up' });
    expect(await create('accepted', 'once_2')).toMatchObject({ character: first.character, replayed: true });
    expect(posts).toBe(1);
  });

  it('is never sent again where the answer was lost, and again after a no', async () => {
    await expect(create('rejected')).rejects.toThrow('no face');
    await expect(create('unclear')).rejects.toMatchObject({ kind: 'unclear' });
    await expect(create('accepted')).rejects.toMatchObject({ kind: 'pending' });
    expect(posts).toBe(2);
  });

  it('appears only with the provider that knows her', async () => {
    const { character } = await create('accepted');
    const asked = (model: string) => world.ask('Ava walks', { model, characters: [character] });
    const { attempts } = await world.see(await asked('fake/model'));
    expect(attempts[0]?.request.characters).toEqual(['up']);
    await expect(asked('other/model')).rejects.toThrow('other/model cannot keep characters');
  });
});
