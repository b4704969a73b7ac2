import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestApi, type TestApi } from '#api/testing.ts';
import { openMemoryStore } from '#store/memory.ts';
import type { VideoObject } from './wire.ts';

let test: TestApi;
beforeEach(async () => {
  test = await createTestApi({ store: openMemoryStore() });
});
afterEach(() => test.stop());

const post = (path: string, more: Parameters<TestApi['call']>[3]) => test.call('key', 'POST', `/v1${path}`, more);
const get = (path: string) => test.call('key', 'GET', `/v1${path}`);

async function create(body: object = {}, headers: Record<string, string> = {}) {
  const answer = await post('/videos', { body: { prompt: 'a red fox', ...body }, headers });
  return { answer, video: (await answer.clone().json()) as VideoObject };
}
const errorOf = async (answer: Response) => ((await answer.json()) as { error: object }).error;

describe('a create', () => {
  it('answers thirteen keys, what is not there as null, and what is rendered', async () => {
    const { answer, video } = await create({ model: 'sora-2' });
    expect(answer.status).toBe(200);
    expect(video).toEqual({
      id: expect.stringMatching(/^video_[0-9a-f]{32}$/),
      object: 'video',
      model: 'sora-2',
      status: 'queued',
      progress: 0,
      created_at: expect.any(Number),
      completed_at: null,
      expires_at: null,
      prompt: 'a red fox',
      // What was asked for by default is not offered; the nearest is.
      size: '1280x720',
      seconds: '4',
      remixed_from_video_id: null,
      error: null,
    });
    expect(answer.headers.get('x-dailies-substituted')).toContain('rendered with 1280x720');
    expect(Number(answer.headers.get('openai-poll-after-ms'))).toBeGreaterThanOrEqual(500);
    expect(answer.headers.get('openai-processing-ms')).toMatch(/^\d+$/);
    expect(answer.headers.get('x-request-id')).toMatch(/^req_/);
  });

  it.each([
    ['JSON, with a number', { body: { prompt: 'a fox', seconds: 8, size: '320x180', guidance: { scale: 3 } } }],
    [
      'a form',
      {
        raw: form({ prompt: 'a fox', seconds: '8', size: '320x180', 'guidance[scale]': '3' }) as BodyInit,
        headers: {},
      },
    ],
    [
      'urlencoded',
      {
        raw: 'prompt=a+fox&seconds=8&size=320x180&guidance%5Bscale%5D=3',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      },
    ],
  ])('takes %s, and passes on what it does not know', async (_how, request) => {
    const answer = await post('/videos', request);
    const video = (await answer.json()) as VideoObject;
    expect(video).toMatchObject({ seconds: '8', size: '320x180', prompt: 'a fox' });
    const details = await test.system.store.get(video.id, null);
    expect(details?.video.settings).toEqual({ guidance: { scale: 'body' in request ? 3 : '3' } });
  });

  it('stores a file of the form as it comes', async () => {
    const files = form({ prompt: 'a fox', model: 'sora-2' });
    files.set('input_reference', new File([png], 'fox.png', { type: 'image/png' }));
    const video = (await (await post('/videos', { raw: files })).json()) as VideoObject;
    const { inputs = [] } = (await test.system.store.get(video.id, null))?.video ?? {};
    expect(await test.system.store.asset(inputs[0] ?? '', 'owner')).toMatchObject({ kind: 'reference' });
  });

  it.each<[what: string, request: Parameters<TestApi['call']>[3], status: number, error: object]>([
    ['no prompt', { body: {} }, 400, { param: 'prompt' }],
    ['no body', {}, 400, { param: 'prompt' }],
    ['an empty prompt', { body: { prompt: ' ' } }, 400, { param: 'prompt' }],
    ['a length that is no number', { body: { prompt: 'x', seconds: 'long' } }, 400, { param: 'seconds' }],
    ['a size that is none', { body: { prompt: 'x', size: 'big' } }, 400, { param: 'size' }],
    ['an unknown model', { body: { prompt: 'x', model: 'veo-9' } }, 400, { param: 'model' }],
    [
      'a length that is not offered',
      { body: { prompt: 'x', model: 'fake/model', seconds: 5 } },
      400,
      { param: 'seconds' },
    ],
    ['an unknown character', { body: { prompt: 'x', characters: [{ id: 'char_1' }] } }, 400, { param: 'characters' }],
    [
      'an unknown file',
      { body: { prompt: 'x', input_reference: { file_id: 'no' } } },
      400,
      { param: 'input_reference' },
    ],
    [
      'two kinds of reference',
      { body: { prompt: 'x', input_reference: { file_id: 'a', image_url: 'b' } } },
      400,
      { param: 'input_reference', message: 'input_reference: must be a file, {image_url} or {file_id}' },
    ],
    ['broken JSON', { raw: '{', headers: { 'content-type': 'application/json' } }, 400, { code: 'broken_json' }],
    ['text', { raw: 'a fox', headers: { 'content-type': 'text/plain' } }, 415, { code: 'unsupported_media_type' }],
    ['NUL characters', { body: { prompt: 'a\u0000b' } }, 400, { param: 'prompt' }],
    [
      'a field twice',
      {
        raw: form([
          ['prompt', 'a'],
          ['prompt', 'b'],
        ]),
      },
      400,
      { param: 'prompt' },
    ],
    [
      'a field in two ways',
      {
        raw: form([
          ['a', 'x'],
          ['a[b]', 'y'],
        ]),
      },
      400,
      { param: 'a[b]' },
    ],
    ['a hostile name', { raw: form([['__proto__[x]', 'y']]) }, 400, {}],
  ])('refuses %s in the envelope', async (_what, request, status, error) => {
    const answer = await post('/videos', request);
    expect(answer.status).toBe(status);
    expect(await errorOf(answer)).toMatchObject({
      type: 'invalid_request_error',
      message: expect.any(String),
      ...error,
    });
  });

  it('refuses an unknown key as OpenAI does', async () => {
    const answer = await test.call('revoked key', 'POST', '/v1/videos', { body: { prompt: 'x' } });
    expect(answer.status).toBe(401);
    expect(await errorOf(answer)).toMatchObject({ code: 'invalid_api_key' });
  });
});

describe('a create that comes again', () => {
  const key = { 'idempotency-key': 'k1' };

  it('under its key is answered as the first time, also when the clip is done by now', async () => {
    const { video } = await create({}, key);
    await test.until(video.id, 'completed');
    const again = await create({}, key);
    expect(again.video).toEqual(video);
    expect(again.answer.headers.get('x-dailies-replayed')).toBe('true');
  });

  it('is the same whatever it is encoded as, and with the same file', async () => {
    const bodies = ['fox.png', 'other-name.png'].map((name) => {
      const body = form({ prompt: 'a fox', seconds: '4' });
      body.set('input_reference', new File([png], name, { type: 'image/png' }));
      return body;
    });
    const ids = [];
    for (const raw of bodies)
      ids.push(((await (await post('/videos', { raw, headers: key })).json()) as VideoObject).id);
    expect(ids[1]).toBe(ids[0]);
    const otherFile = form({ prompt: 'a fox', seconds: '4' });
    otherFile.set('input_reference', new File([png, 'more'], 'fox.png'));
    const refused = await post('/videos', { raw: otherFile, headers: key });
    expect([refused.status, refused.headers.get('x-should-retry')]).toEqual([409, 'false']);
    expect(await errorOf(refused)).toMatchObject({ code: 'idempotency_conflict' });
  });

  it('without a key is paired by the count of its tries', async () => {
    const tries = (n: number) => ({ 'x-stainless-retry-count': String(n) });
    const loop = [await create({}, tries(0)), await create({}, tries(0))];
    expect(new Set(loop.map(({ video }) => video.id)).size).toBe(2);
    const retry = await create({}, tries(1));
    expect(loop.map(({ video }) => video.id)).toContain(retry.video.id);
    expect(retry.answer.headers.get('x-dailies-replayed')).toBe('true');
    expect((await create({ seconds: 8 }, tries(1))).answer.headers.get('x-dailies-replayed')).toBeNull();
  });
});

describe('a clip', () => {
  it('is one of four states, and its failure has a code and a message', async () => {
    const { video } = await create();
    await test.until(video.id, 'completed');
    const answer = await get(`/videos/${video.id}`);
    expect(await answer.json()).toMatchObject({
      status: 'completed',
      progress: 100,
      completed_at: expect.any(Number),
      error: null,
    });
    expect(answer.headers.get('openai-poll-after-ms')).toBeNull();
  });

  it('is deleted when it is over, and refused with 409 before that', async () => {
    await test.stop();
    test = await createTestApi({ store: openMemoryStore(), engine: false });
    const { video } = await create();
    const refused = await test.call('key', 'DELETE', `/v1/videos/${video.id}`);
    expect(refused.status).toBe(409);
    expect(await errorOf(refused)).toMatchObject({ code: 'video_not_finished' });
  });

  it('is gone after its deletion', async () => {
    const { video } = await create();
    await test.until(video.id, 'completed');
    const deleted = await test.call('key', 'DELETE', `/v1/videos/${video.id}`);
    expect(await deleted.json()).toEqual({ id: video.id, object: 'video.deleted', deleted: true });
    expect((await get(`/videos/${video.id}`)).status).toBe(404);
  });

  it('comes as a file, in parts too', async () => {
    const { video } = await create();
    await test.until(video.id, 'completed');
    const whole = await get(`/videos/${video.id}/content`);
    expect(whole.status).toBe(200);
    expect(whole.headers.get('content-disposition')).toMatch(/^attachment; filename=".+\.mp4"$/);
    const part = await test.call('key', 'GET', `/v1/videos/${video.id}/content`, { headers: { range: 'bytes=0-3' } });
    expect([part.status, part.headers.get('content-length')]).toEqual([206, '4']);
    const wrong = await get(`/videos/${video.id}/content?variant=poster`);
    expect([wrong.status, await errorOf(wrong)]).toEqual([400, expect.objectContaining({ param: 'variant' })]);
  });
});

describe('the list', () => {
  it('has five keys, and goes on after an id', async () => {
    const ids = [];
    for (let i = 0; i < 3; i++) ids.push((await create()).video.id);
    ids.sort().reverse();
    const page = await (await get('/videos?limit=2')).json();
    expect(page).toMatchObject({ object: 'list', first_id: ids[0], last_id: ids[1], has_more: true });
    const next = await (await get(`/videos?limit=2&after=${ids[1]}`)).json();
    expect(next).toMatchObject({ first_id: ids[2], last_id: ids[2], has_more: false });
    expect(await (await get('/videos?order=asc&limit=1')).json()).toMatchObject({ first_id: ids[2] });
    expect(await (await get('/videos?limit=0')).json()).toEqual({
      object: 'list',
      data: [],
      first_id: null,
      last_id: null,
      has_more: true,
    });
  });

  it.each([
    ['limit=101', 'limit'],
    ['order=up', 'order'],
    ['after=x', 'after'],
  ])('refuses %s', async (query, param) => {
    const answer = await get(`/videos?${query}`);
    expect([answer.status, await errorOf(answer)]).toEqual([400, expect.objectContaining({ param })]);
  });
});

it('names models, and what stands for them', async () => {
  const list = (await (await get('/models')).json()) as { data: { id: string }[] };
  expect(list.data.map(({ id }) => id)).toEqual(['fake/model', 'sora-2']);
  for (const id of ['fake%2Fmodel', 'fake/model', 'sora-2']) expect((await get(`/models/${id}`)).status).toBe(200);
  expect((await get('/models/gpt-9')).status).toBe(404);
});

it.each([
  ['/videos/edits', { video: { id: 'VIDEO' } }, 'edit'],
  ['/videos/extensions', { video: { id: 'VIDEO' }, seconds: '4' }, 'extend'],
  ['/videos/VIDEO/remix', {}, 'remix'],
])('POST %s says which models can, where its own cannot', async (path, body, what) => {
  const { video } = await create();
  await test.until(video.id, 'completed');
  const filled = JSON.parse(
    JSON.stringify({ path, body: { prompt: 'at night', ...body } }).replaceAll('VIDEO', video.id),
  );
  const answer = await post(filled.path, { body: filled.body });
  expect(answer.status).toBe(400);
  expect(await errorOf(answer)).toMatchObject({
    param: 'model',
    message: expect.stringMatching(new RegExp(`cannot ${what} clips; no configured model can`)),
  });
});

const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAEAAAABACAIAAAAlC+aJAAAAT0lEQVR42u3PQQkAAAgEsOtfWjv4FgYrsKZ9LQICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgKXBeDSf8HLxKlUAAAAAElFTkSuQmCC',
  'base64',
);

function form(fields: Record<string, string> | [string, string][]): FormData {
  const body = new FormData();
  for (const [name, value] of Array.isArray(fields) ? fields : Object.entries(fields)) body.append(name, value);
  return body;
}

it('takes an image as a data: URL in a form, and no end of text', async () => {
  const image_url = `data:image/png;base64,${png.toString('base64')}`;
  const video = (await (
    await post('/videos', { raw: form({ prompt: 'a fox', 'input_reference[image_url]': image_url }) })
  ).json()) as VideoObject;
  expect((await test.system.store.get(video.id, null))?.video.inputs).toHaveLength(1);
  const endless = form([1, 2, 3].map((n) => [`field${n}`, 'x'.repeat(10_000_000)]));
  expect((await post('/videos', { raw: endless })).status).toBe(413);
});
