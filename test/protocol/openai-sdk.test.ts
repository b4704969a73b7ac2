import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import OpenAI, { toFile } from 'openai';
import type { Video } from 'openai/resources/videos';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { official } from './official.ts';
import { apiKey, type Product, startLosingProxy, startProduct } from './product.ts';

let product: Product;
let client: OpenAI;
let directory: string;
/** A finished clip, and its file. */
let done: Video;
let small: string;

beforeAll(async () => {
  product = await startProduct();
  client = new OpenAI({ apiKey, baseURL: `${product.origin}/v1` });
  directory = await mkdtemp(join(tmpdir(), 'dailies-sdk-'));
  small = join(directory, 'small.mp4');
}, 60_000);
afterAll(async () => {
  await rm(directory, { recursive: true, force: true });
  await product.stop();
});

const size = '320x180' as Video['size'];

/** As the guide polls. */
async function finished(video: Video): Promise<Video> {
  let current = video;
  while (current.status === 'queued' || current.status === 'in_progress') {
    await sleep(50);
    current = await client.videos.retrieve(video.id);
    expect(() => official('VideoResource').parse(current)).not.toThrow();
  }
  expect(current).toMatchObject({ status: 'completed', progress: 100, error: null });
  return current;
}

describe('the quickstart of the Sora days', () => {
  it('creates, polls and downloads, unchanged', async () => {
    const openai = new OpenAI({ apiKey, baseURL: `${product.origin}/v1` });
    let video = await openai.videos.create({ model: 'sora-2', prompt: 'A calico cat playing a piano on stage' });
    expect(() => official('VideoResource').parse(video)).not.toThrow();
    expect(video).toMatchObject({ model: 'sora-2', size: '720x1280', seconds: '4', status: 'queued' });
    while (video.status === 'in_progress' || video.status === 'queued') {
      await sleep(100);
      video = await openai.videos.retrieve(video.id);
    }
    expect(video.status).toBe('completed');
    const content = await openai.videos.downloadContent(video.id);
    const path = join(directory, 'video.mp4');
    await writeFile(path, Buffer.from(await content.arrayBuffer()));
    expect((await readFile(path)).toString('latin1', 4, 8)).toBe('ftyp');
  }, 60_000);
});

describe('the ten operations', () => {
  it('create, with a file and a length as a string', async () => {
    const image = await sharp({ create: { width: 320, height: 180, channels: 3, background: 'teal' } })
      .png()
      .toBuffer();
    const video = await client.videos.create({
      prompt: 'a fox',
      seconds: '4',
      size,
      input_reference: await toFile(image, 'frame.png', { type: 'image/png' }),
    });
    const details = await product.system.store.get(video.id, null);
    expect(details?.video.inputs).toHaveLength(1);
    done = await finished(video);
  }, 60_000);

  it('create, with an image as a data: URL and what only this server knows', async () => {
    const image = await sharp({ create: { width: 320, height: 180, channels: 3, background: 'navy' } })
      .png()
      .toBuffer();
    const body = {
      prompt: 'a fox',
      size,
      input_reference: { image_url: `data:image/png;base64,${image.toString('base64')}` },
      guidance_scale: 3,
    };
    const video = await client.videos.create(body);
    const details = await product.system.store.get(video.id, null);
    expect(details?.video).toMatchObject({ settings: { guidance_scale: '3' }, inputs: [expect.any(String)] });
  });

  it('retrieve says when to ask again', async () => {
    const video = await client.videos.create({ prompt: 'a fox', size });
    const { response } = await client.videos.retrieve(video.id).withResponse();
    expect(response.headers.get('openai-processing-ms')).toMatch(/^\d+$/);
    const after = response.headers.get('openai-poll-after-ms');
    expect(after === null || Number(after) >= 500).toBe(true);
  });

  it('list', async () => {
    const page = await client.videos.list({ limit: 2 });
    expect(page.data).toHaveLength(2);
    const raw = await (await client.videos.list({ limit: 2 }).asResponse()).json();
    expect(() => official('VideoListResource').parse(raw)).not.toThrow();
  });

  it('content, streamed to the disk, and its thumbnail and spritesheet', async () => {
    const { body } = await client.videos.downloadContent(done.id);
    await pipeline(Readable.fromWeb(body as never), createWriteStream(small));
    expect((await readFile(small)).length).toBeGreaterThan(1_000);
    for (const [variant, type] of [
      ['thumbnail', 'image/webp'],
      ['spritesheet', 'image/jpeg'],
    ] as const) {
      const answer = await client.videos.downloadContent(done.id, { variant });
      expect(answer.headers.get('content-type')).toBe(type);
      expect(Number(answer.headers.get('content-length'))).toBe((await answer.arrayBuffer()).byteLength);
    }
  });

  it('remix', async () => {
    const video = await client.videos.remix(done.id, { prompt: 'at night' });
    expect(() => official('VideoResource').parse(video)).not.toThrow();
    expect(video).toMatchObject({ remixed_from_video_id: done.id, prompt: 'at night', size, seconds: '4' });
    await finished(video);
  }, 60_000);

  it('edit, of a clip and of a file', async () => {
    const video = await client.videos.edit({ prompt: 'in snow', video: { id: done.id } });
    expect(await finished(video)).toMatchObject({ size, seconds: '4' });
    const uploaded = await client.videos.edit({ prompt: 'in snow', video: createReadStream(small) });
    expect(await finished(uploaded)).toMatchObject({ size, seconds: '4', remixed_from_video_id: null });
  }, 60_000);

  it('extend, whose length is the whole', async () => {
    const video = await client.videos.extend({ prompt: 'it jumps', seconds: '4', video: { id: done.id } });
    expect(await finished(video)).toMatchObject({ seconds: '8' });
  }, 60_000);

  it('create character, get character, and a clip with her', async () => {
    const character = await client.videos.createCharacter({ name: 'Ava', video: createReadStream(small) });
    expect(() => official('VideoCharacterResource').parse(character)).not.toThrow();
    expect(await client.videos.getCharacter(character.id ?? '')).toEqual(character);
    const body = { prompt: 'Ava walks', size, characters: [{ id: character.id }] };
    await finished(await client.videos.create(body));
  }, 60_000);

  it('delete', async () => {
    const deleted = await client.videos.delete(done.id);
    expect(() => official('DeletedVideoResource').parse(deleted)).not.toThrow();
    await expect(client.videos.retrieve(done.id)).rejects.toThrow(OpenAI.NotFoundError);
  });

  it('models, with a slash in their names', async () => {
    const names = [];
    for await (const model of client.models.list()) names.push(model.id);
    expect(names).toEqual(expect.arrayContaining(['simulator/test-pattern', 'sora-2', 'sora-2-pro']));
    expect(await client.models.retrieve('simulator/test-pattern')).toMatchObject({ owned_by: 'simulator' });
  });
});

describe('each kind of error', () => {
  const never = { maxRetries: 0 };
  const unknown = `video_${'0'.repeat(32)}`;

  it.each<[name: string, ask: () => Promise<unknown>, kind: new (...args: never[]) => Error, error: object]>([
    [
      'a wrong key',
      () => new OpenAI({ apiKey: 'sk-wrong', baseURL: `${product.origin}/v1` }).videos.list(),
      OpenAI.AuthenticationError,
      { status: 401, code: 'invalid_api_key' },
    ],
    ['no prompt', () => client.videos.create({} as never), OpenAI.BadRequestError, { param: 'prompt' }],
    [
      'an unknown model',
      () => client.videos.create({ prompt: 'a fox', model: 'veo-9' }),
      OpenAI.BadRequestError,
      { param: 'model' },
    ],
    ['an unknown id', () => client.videos.retrieve(unknown), OpenAI.NotFoundError, { code: 'not_found' }],
    [
      'a file that is no image',
      async () =>
        client.videos.create({ prompt: 'a fox', input_reference: await toFile(Buffer.from('<svg/>'), 'a.svg') }),
      OpenAI.BadRequestError,
      { param: 'input_reference' },
    ],
    [
      'a kind of body that is not read',
      () => client.post('/videos', { body: 'a fox', headers: { 'content-type': 'text/plain' } }),
      OpenAI.APIError,
      { status: 415, code: 'unsupported_media_type' },
    ],
    [
      'a body without end',
      () => client.post('/videos', { body: { prompt: 'x'.repeat(29_000_000) } }),
      OpenAI.APIError,
      { status: 413, code: 'body_too_large' },
    ],
  ])('%s', async (_name, ask, kind, error) => {
    const thrown = await ask().then(
      () => null,
      (problem: unknown) => problem,
    );
    expect(thrown).toBeInstanceOf(kind);
    expect(thrown).toMatchObject({ ...error, requestID: expect.stringMatching(/^req_/) });
  });

  it('too many that wait, with the time to come back', async () => {
    const { settings } = product.system;
    const { maxQueuedPerOwner } = settings;
    settings.maxQueuedPerOwner = 0;
    const thrown = await client.videos.create({ prompt: 'a fox', size }, never).catch((error: unknown) => error);
    settings.maxQueuedPerOwner = maxQueuedPerOwner;
    expect(thrown).toBeInstanceOf(OpenAI.RateLimitError);
    expect((thrown as InstanceType<typeof OpenAI.APIError>).headers?.get('retry-after')).toBe('60');
  });

  it('what its state does not allow', async () => {
    await product.system.store.setPaused('simulator', true, { type: 'system' });
    const video = await client.videos.create({ prompt: 'a fox', size });
    await expect(client.videos.delete(video.id)).rejects.toThrow(OpenAI.ConflictError);
    await expect(client.videos.downloadContent(video.id, {}, never)).rejects.toThrow(OpenAI.ConflictError);
    await product.system.store.setPaused('simulator', false, { type: 'system' });
    await finished(video);
  }, 60_000);

  it('an answer that never comes, and one that is not ours', async () => {
    product.faults.push('cut before it', 'another instead');
    await expect(client.videos.create({ prompt: 'lost', size }, never)).rejects.toThrow(OpenAI.APIConnectionError);
    await expect(client.videos.create({ prompt: 'lost too', size }, never)).rejects.toThrow(OpenAI.InternalServerError);
  });
});

describe('an answer that is lost', () => {
  async function videosOf(prompt: string): Promise<string[]> {
    const found = await product.system.store.list({ ownerId: null, q: prompt, limit: 100, order: 'asc' });
    return found.map(({ video }) => video.id);
  }

  it.each(['cut before it', 'another instead'] as const)(
    '%s: the SDK asks again, and gets the one video',
    async (fault) => {
      const prompt = `lost and ${fault}`;
      product.faults.push(fault, fault);
      const before = product.requests.length;
      const video = await client.videos.create({ prompt, size });
      expect(await videosOf(prompt)).toEqual([video.id]);
      const tries = product.requests.slice(before).map(({ headers }) => headers['x-stainless-retry-count']);
      expect(tries).toEqual(['0', '1', '2']);
    },
  );

  it('cut within it: one video, whether the SDK asks again or gives up', async () => {
    product.faults.push('cut within it');
    await client.videos.create({ prompt: 'lost and half heard', size }).catch(() => undefined);
    expect(await videosOf('lost and half heard')).toHaveLength(1);
  });

  it('on the way, after we sent it whole: one video', async () => {
    const proxy = await startLosingProxy(product.port, 2);
    const behind = new OpenAI({ apiKey, baseURL: `${proxy.origin}/v1` });
    const { data, response } = await behind.videos.create({ prompt: 'lost on the way', size }).withResponse();
    proxy.stop();
    expect(await videosOf('lost on the way')).toEqual([data.id]);
    expect(response.headers.get('x-dailies-replayed')).toBe('true');
  });

  it('under a key of the client: one video, also an hour later', async () => {
    const headers = { 'Idempotency-Key': 'once' };
    const first = await client.videos.create({ prompt: 'keyed', size }, { headers });
    expect(await client.videos.create({ prompt: 'keyed', size }, { headers })).toEqual(first);
    const other = client.videos.create({ prompt: 'another', size }, { headers });
    await expect(other).rejects.toThrow(OpenAI.ConflictError);
    expect(await videosOf('keyed')).toHaveLength(1);
  });

  it('of none of four equal prompts in a loop: four videos', async () => {
    const ids = new Set<string>();
    for (let i = 0; i < 4; i++) ids.add((await client.videos.create({ prompt: 'four times', size })).id);
    expect(ids.size).toBe(4);
  });

  it('of each of four equal prompts at once: four videos', async () => {
    product.faults.push('cut before it', 'cut before it', 'cut before it', 'cut before it');
    const asked = Array.from({ length: 4 }, () => client.videos.create({ prompt: 'four at once', size }));
    const ids = (await Promise.all(asked)).map(({ id }) => id);
    expect(new Set(ids).size).toBe(4);
    expect(await videosOf('four at once')).toEqual(ids.sort());
  });
});

it('pages through 250 videos, each once', async () => {
  const { store } = product.system;
  await store.setPaused('simulator', true, { type: 'system' });
  const one = await client.videos.create({ prompt: 'one of many', size });
  const details = await store.get(one.id, null);
  if (!details?.attempts[0]) throw new Error('not created');
  const { video, attempts } = details;
  const many = Array.from({ length: 249 }, (_, i) => {
    const hex = i.toString(16).padStart(8, '0');
    const attempt = { ...(attempts[0] as (typeof attempts)[number]), id: `attempt_many${hex}` };
    return { ...video, id: `${video.id.slice(0, -8)}${hex}`, attempt, actor: { type: 'system' as const }, data: {} };
  });
  await store.create(many, 1_000);
  const seen: string[] = [];
  for await (const { id, prompt } of client.videos.list({ limit: 100 })) if (prompt === 'one of many') seen.push(id);
  expect(seen).toHaveLength(250);
  expect(new Set(seen).size).toBe(250);
  const oldestFirst = await client.videos.list({ limit: 1, order: 'asc' });
  expect(seen).not.toContain(oldestFirst.data[0]?.id);
}, 60_000);
