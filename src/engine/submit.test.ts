import { afterEach, describe, expect, it } from 'vitest';
import { openMemoryStore } from '#store/memory.ts';
import { ConfirmCost } from '#video/errors/confirm-cost.ts';
import { QueueFull } from '#video/errors/queue-full.ts';
import { confirmAboveMicroUsd, hashOf, type SubmitRequest, submit } from './submit.ts';
import type { Model } from './system.ts';
import { addProvider, createWorld, type World } from './testing.ts';

let world: World;
const logged: object[] = [];
/** A world whose first model is this one, beside `other/model`. */
function open(model: Partial<Model> = {}, settings: Parameters<typeof createWorld>[0]['settings'] = {}): void {
  world = createWorld({ store: (clock) => openMemoryStore({ now: clock.now, dailyCapMicroUsd: null }), settings });
  addProvider(world, { models: { fake: model } });
  logged.length = 0;
  world.system.log = { ...world.system.log, info: (fields) => void logged.push(fields) };
}
afterEach(() => world.stop());

const user = { type: 'user' as const, id: 'ada' };
const ask = (more: Partial<SubmitRequest> = {}) =>
  submit(world.system, { ownerId: 'ada', actor: user, prompt: 'a red fox', seconds: 4, size: '320x180', ...more });
const made = async (more: Partial<SubmitRequest> = {}) => {
  const { ids } = await ask(more);
  return Promise.all(ids.map((id) => world.see(id)));
};

describe('what was asked for', () => {
  it('is a row and an unsent attempt, with what nobody said left open', async () => {
    open();
    const [{ video, attempts } = { video: null, attempts: [] }] = await made();
    expect(video).toMatchObject({
      state: 'queued',
      ownerId: 'ada',
      project: null,
      prompt: 'a red fox',
      model: null,
      resolvedModel: 'fake/model',
      provider: 'fake',
      seconds: 4,
      size: '320x180',
      seed: null,
      inputs: [],
      settings: {},
      warnings: [],
      priority: 0,
      takeNo: 1,
      remixedFrom: null,
    });
    expect(video?.id).toMatch(/^video_/);
    expect(video?.shotId).toMatch(/^shot_/);
    expect(attempts).toMatchObject([{ sentAt: null, estimateMicroUsd: 500_000 }]);
    expect(attempts[0]?.id).toMatch(/^attempt_/);
    expect(attempts[0]?.request).toEqual({
      model: 'model',
      prompt: 'a red fox',
      seconds: 4,
      size: '320x180',
      seed: null,
      settings: {},
      inputs: [],
    });
    expect(attempts[0]?.requestHash).toBe(hashOf(attempts[0]?.request ?? {}));
    const [event] = await world.system.store.events(video?.id ?? '', null);
    expect(event).toMatchObject({ type: 'created', actor: user });
    expect(event?.data).not.toHaveProperty('warnings');
  });

  it('is kept as it was said', async () => {
    open();
    const said = { seed: 7, settings: { style: 'noir' }, inputs: ['asset_1'], project: 'p', priority: 1 as const };
    const [{ video, attempts } = { video: null, attempts: [] }] = await made({ ...said, model: 'fake/model' });
    expect(video).toMatchObject({ ...said, model: 'fake/model' });
    expect(attempts[0]?.request).toMatchObject({ seed: 7, settings: { style: 'noir' }, inputs: ['asset_1'] });
  });

  it('four times is four takes of one shot', async () => {
    open();
    const takes = await made({ count: 4 });
    expect(takes.map(({ video }) => video.takeNo)).toEqual([1, 2, 3, 4]);
    expect(new Set(takes.map(({ video }) => video.shotId)).size).toBe(1);
    expect(new Set(takes.map(({ video }) => video.id)).size).toBe(4);
    expect(logged).toHaveLength(4);
    expect(logged[0]).toEqual({ video: takes[0]?.video.id, model: 'fake/model' });
  });

  it('again under the same key is what it made before', async () => {
    open();
    const once = { id: 'once_1', ownerId: 'ada', key: 'k', fingerprint: 'f', tries: 0 };
    const first = await ask({ once });
    const again = await ask({ once: { ...once, id: 'once_2' } });
    expect(again).toMatchObject({ ids: first.ids, replayed: true });
    expect(logged).toHaveLength(1);
  });

  it('waits in a line that has an end', async () => {
    open({}, { maxQueuedPerOwner: 1 });
    await ask();
    await expect(ask()).rejects.toThrow(QueueFull);
  });
});

describe('what the model offers', () => {
  it('takes the place of what an alias asked for, and the row and its first event say so', async () => {
    open({ seconds: [6] });
    const [{ video, attempts } = { video: null, attempts: [] }] = await made({ model: 'sora-2' });
    expect(video).toMatchObject({ model: 'sora-2', seconds: 6, warnings: [expect.stringContaining('6')] });
    expect(attempts[0]?.request.seconds).toBe(6);
    const [event] = await world.system.store.events(video?.id ?? '', null);
    expect(event?.data).toMatchObject({ warnings: video?.warnings });
    await expect(ask({ model: 'fake/model' })).rejects.toMatchObject({ name: 'NotOffered', param: 'seconds' });
  });

  it('may need a first frame', async () => {
    open({ firstFrame: 'required' });
    await expect(ask()).rejects.toMatchObject({ param: 'inputs' });
    await expect(ask({ inputs: ['asset_1'] })).resolves.toMatchObject({ ids: [expect.any(String)] });
  });

  it('may end soon, or have ended', async () => {
    open({ retires: { on: '2026-01-10', instead: null } });
    expect((await ask()).warnings).toEqual(['fake/model ends on 2026-01-10']);
    await world.stop();
    open({ retires: { on: '2025-12-31', instead: null } });
    await expect(ask()).rejects.toMatchObject({ param: 'model' });
  });
});

describe('the price', () => {
  const agreed = (maxMicroUsd: number | null) => ({ agreed: { maxMicroUsd } });

  it('is of all takes, and agreed to up to what was said', async () => {
    open();
    await expect(ask({ count: 4, ...agreed(2_000_000) })).resolves.toMatchObject({ warnings: [] });
    await expect(ask({ count: 4, ...agreed(1_999_999) })).rejects.toThrow(ConfirmCost);
    await expect(ask({ count: 4, ...agreed(1_999_999) })).rejects.toMatchObject({ costMicroUsd: 2_000_000 });
  });

  it('needs no word up to five dollars, and none at all where the caps alone bind', async () => {
    open();
    expect(confirmAboveMicroUsd).toBe(5_000_000);
    await expect(ask({ count: 10, ...agreed(null) })).resolves.toMatchObject({ warnings: [] });
    await expect(ask({ count: 11, ...agreed(null) })).rejects.toMatchObject({ costMicroUsd: 5_500_000 });
    await expect(ask({ count: 11 })).resolves.toMatchObject({ warnings: [] });
  });

  it('that is not known is said where it should have been checked', async () => {
    open({ price: null });
    expect((await ask(agreed(1))).warnings).toEqual([expect.stringContaining('fake/model')]);
    expect((await ask(agreed(null))).warnings).toEqual([]);
    expect((await ask()).warnings).toEqual([]);
  });
});

describe('those who appear', () => {
  const fox = {
    id: 'char_1',
    ownerId: 'ada',
    name: 'Fox',
    provider: 'fake',
    upstreamId: 'up_fox',
    createdAt: new Date(0),
  };

  it('are told to their provider by its own id', async () => {
    open({ operations: ['character'] });
    const [{ attempts } = { attempts: [] }] = await made({ characters: [fox] });
    expect(attempts[0]?.request.characters).toEqual(['up_fox']);
    const [none] = await made({ characters: [] });
    expect(none?.attempts[0]?.request).not.toHaveProperty('characters');
  });

  it('are known to no other provider, nor before theirs has said yes', async () => {
    open({ operations: ['character'] });
    for (const stranger of [
      { ...fox, provider: 'other' },
      { ...fox, upstreamId: null },
    ]) {
      await expect(ask({ characters: [stranger] })).rejects.toMatchObject({ param: 'characters' });
    }
  });

  it('need a model that keeps them, and hear which can', async () => {
    open({ operations: ['character'] });
    const other = ask({ model: 'other/model', characters: [{ ...fox, provider: 'other' }] });
    await expect(other).rejects.toMatchObject({ param: 'model' });
    await expect(other).rejects.toThrow('other/model cannot keep characters; these can: fake/model');
    await world.stop();
    open();
    await expect(ask({ characters: [fox] })).rejects.toThrow('no configured model can');
  });
});

describe('the hash of a request', () => {
  it('is the same whatever the order of its keys, however deep', () => {
    const one = { a: 1, b: { c: [1, { d: null, e: 'x' }], f: true } };
    const other = { b: { f: true, c: [1, { e: 'x', d: null }] }, a: 1 };
    expect(hashOf(one)).toBe(hashOf(other));
  });

  it('is the one that older rows hold', () => {
    expect(hashOf({ b: 1, a: [2] })).toBe('63c9663de90ee828bbda6cd9acf02d0c653986c1ec25aa239920641edc9a1de5');
  });

  it.each([
    [{ a: 1 }, { a: 2 }],
    [{ a: [1, 2] }, { a: [2, 1] }],
    [{ a: { b: 1 } }, { a: { b: 2 } }],
    [{ a: null }, {}],
    [{ a: [1] }, { a: { 0: 1 } }],
  ])('tells %j from %j', (one, other) => {
    expect(hashOf(one)).not.toBe(hashOf(other));
  });
});
