import OpenAI, { toFile } from 'openai';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSimulator, type Simulator } from './server.ts';

// What the official client sees, over a real socket.

let simulator: Simulator;
let origin: string;
let client: OpenAI;
const small = { size: '320x180' as '720x1280', seconds: '4' as const };

beforeAll(async () => {
  simulator = createSimulator({ speed: 0, oneClip: true, apiKey: 'sk-test' });
  origin = await simulator.listen();
  client = new OpenAI({ baseURL: `${origin}/v1`, apiKey: 'sk-test', maxRetries: 0 });
});
afterAll(() => simulator.close());

const post = (body: unknown, headers: Record<string, string> = {}) =>
  fetch(`${origin}/v1/videos`, {
    method: 'POST',
    headers: { authorization: 'Bearer sk-test', 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

async function finished(id: string): Promise<OpenAI.Video> {
  await simulator.settled();
  return client.videos.retrieve(id);
}

test('a video is created, completed, downloaded and deleted', async () => {
  const created = await client.videos.create({ prompt: 'a red fox', ...small });
  expect(created).toEqual({
    id: expect.stringMatching(/^video_[0-9a-f]{32}$/),
    object: 'video',
    model: 'test-pattern',
    status: 'in_progress',
    progress: expect.any(Number),
    created_at: expect.any(Number),
    completed_at: null,
    expires_at: null,
    prompt: 'a red fox',
    size: '320x180',
    seconds: '4',
    remixed_from_video_id: null,
    error: null,
  });
  const video = await finished(created.id);
  expect(video).toMatchObject({ status: 'completed', progress: 100, completed_at: expect.any(Number) });

  const clip = await client.videos.downloadContent(created.id);
  expect(clip.headers.get('content-type')).toBe('video/mp4');
  expect(clip.headers.get('content-disposition')).toContain(`${created.id}.mp4`);
  expect((await clip.arrayBuffer()).byteLength).toBe(Number(clip.headers.get('content-length')));
  const still = await client.videos.downloadContent(created.id, { variant: 'thumbnail' });
  expect(await sharp(await still.arrayBuffer()).metadata()).toMatchObject({ format: 'webp', width: 320, height: 180 });
  const sheet = await client.videos.downloadContent(created.id, { variant: 'spritesheet' });
  expect(await sharp(await sheet.arrayBuffer()).metadata()).toMatchObject({ format: 'jpeg', width: 320, height: 135 });

  expect(await client.videos.delete(created.id)).toEqual({ id: created.id, object: 'video.deleted', deleted: true });
  await expect(client.videos.retrieve(created.id)).rejects.toMatchObject({ status: 404, code: 'not_found' });
});

test('a create can be multipart with a file or bracket fields, urlencoded or JSON', async () => {
  const png = await sharp({ create: { width: 32, height: 18, channels: 3, background: '#c33' } })
    .png()
    .toBuffer();
  const dataUrl = `data:image/png;base64,${png.toString('base64')}`;
  const withFile = await client.videos.create({
    prompt: 'file',
    ...small,
    input_reference: await toFile(png, 'a.png'),
  });
  expect(withFile.prompt).toBe('file');
  const withUrl = await client.videos.create({ prompt: 'url', ...small, input_reference: { image_url: dataUrl } });
  expect(withUrl.prompt).toBe('url');
  const json = await post({ prompt: 'json', size: '320x180', seconds: 2, input_reference: null, foo: 1 });
  expect(await json.json()).toMatchObject({ prompt: 'json', seconds: '2' });
  const form = await post('prompt=form&seconds=3', { 'content-type': 'application/x-www-form-urlencoded' });
  expect(await form.json()).toMatchObject({ prompt: 'form', seconds: '3', size: '720x1280' });
});

test.each([
  [{}, 'prompt'],
  [{ prompt: '' }, 'prompt'],
  [{ prompt: 'x'.repeat(32_001) }, 'prompt'],
  [{ prompt: 'x', size: '1x1' }, 'size'],
  [{ prompt: 'x', seconds: '21' }, 'seconds'],
  [{ prompt: 'x', seconds: 'four' }, 'seconds'],
  [{ prompt: 'x', seconds: 1.5 }, 'seconds'],
  [{ prompt: 'x', input_reference: { image_url: 'data:image/png;base64,aGVsbG8=' } }, 'input_reference'],
])('a create with a wrong field is refused with its name: %#', async (body, param) => {
  const answer = await post(body);
  expect(answer.status).toBe(400);
  expect(await answer.json()).toEqual({
    error: { message: expect.any(String), type: 'invalid_request_error', param, code: 'invalid_value' },
  });
});

test('what is no request is refused', async () => {
  expect((await post('{"prompt":')).status).toBe(400);
  expect((await post('[]')).status).toBe(400);
  expect((await post('x', { 'content-type': 'multipart/form-data; boundary=y' })).status).toBe(400);
  expect((await post({ prompt: 'x' }, { authorization: 'Bearer no' })).status).toBe(401);
  expect((await fetch(`${origin}/v1/videos`)).status).toBe(401);
  expect((await fetch(`${origin}/healthz`)).status).toBe(200);
});

test('the list is newest first and pages by id', async () => {
  const ids: string[] = [];
  for (const prompt of ['one', 'two', 'three']) ids.unshift((await client.videos.create({ prompt, ...small })).id);
  const first = await client.videos.list({ limit: 2 });
  expect(first.data.map((video) => video.id)).toEqual(ids.slice(0, 2));
  const raw = await fetch(`${origin}/v1/videos?limit=2`, { headers: { authorization: 'Bearer sk-test' } });
  expect(await raw.json()).toEqual({
    object: 'list',
    data: first.data,
    first_id: ids[0],
    last_id: ids[1],
    has_more: true,
  });
  const next = await client.videos.list({ limit: 1, after: ids[1] });
  expect(next.data[0]?.id).toBe(ids[2]);
  const oldest = await client.videos.list({ order: 'asc', limit: 100 });
  expect(oldest.data.at(-1)?.id).toBe(ids[0]);
  expect(oldest.has_more).toBe(false);
  await expect(client.videos.list({ limit: 101 })).rejects.toMatchObject({ status: 400, param: 'limit' });
  await expect(client.videos.list({ after: 'video_none' })).rejects.toMatchObject({ status: 404 });
});

test('a key makes one job, and is refused for another request', async () => {
  const key = { 'idempotency-key': 'k1' };
  const before = simulator.ledger().creates;
  const body = { prompt: 'once', size: '320x180', seconds: '4' };
  const answers = await Promise.all([post(body, key), post(body, key), post(body, key)]);
  const ids = await Promise.all(answers.map(async (answer) => (await answer.json()).id));
  expect(new Set(ids).size).toBe(1);
  // The boundary of a form differs on every try; what it says does not.
  const viaForm = await client.videos.create({ prompt: 'once', ...small }, { headers: key });
  expect(viaForm.id).toBe(ids[0]);
  const other = await post({ ...body, prompt: 'twice' }, key);
  expect(other.status).toBe(409);
  expect(other.headers.get('x-should-retry')).toBe('false');
  expect(simulator.ledger().creates).toEqual({
    accepted: before.accepted + 1,
    replayed: before.replayed + 3,
    refused: before.refused + 1,
  });
  expect(simulator.ledger().jobs[0]).toMatchObject({ id: ids[0], idempotency_key: 'k1', posts: 4 });
  await client.videos.delete(ids[0]);
  expect((await (await post(body, key)).json()).id).toBe(ids[0]);
});

test('the content answers ranges, HEAD and conditions', async () => {
  const { id } = await client.videos.create({ prompt: 'ranges', ...small });
  await finished(id);
  const url = `${origin}/v1/videos/${id}/content`;
  const get = (headers: Record<string, string> = {}, method = 'GET') =>
    fetch(url, { method, headers: { authorization: 'Bearer sk-test', ...headers } });
  const whole = await get();
  const bytes = Buffer.from(await whole.arrayBuffer());
  const etag = whole.headers.get('etag') ?? '';
  expect(bytes.subarray(4, 8).toString()).toBe('ftyp');
  expect(bytes.indexOf('moov')).toBeLessThan(bytes.indexOf('mdat'));

  for (const [range, from, to] of [
    ['bytes=0-9', 0, 10],
    ['bytes=100-', 100, bytes.length],
    ['bytes=-7', bytes.length - 7, bytes.length],
    ['bytes=5-999999999', 5, bytes.length],
  ] as const) {
    const part = await get({ range, 'if-range': etag });
    expect(part.status).toBe(206);
    expect(part.headers.get('content-range')).toBe(`bytes ${from}-${to - 1}/${bytes.length}`);
    expect(Buffer.from(await part.arrayBuffer()).equals(bytes.subarray(from, to))).toBe(true);
  }
  const beyond = await get({ range: `bytes=${bytes.length}-` });
  expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, `bytes */${bytes.length}`]);
  expect((await get({ range: 'bytes=0-1,5-6' })).status).toBe(200);
  expect((await get({ range: 'bytes=0-9', 'if-range': '"old"' })).status).toBe(200);
  expect((await get({ 'if-none-match': etag })).status).toBe(304);
  const head = await get({}, 'HEAD');
  expect([head.status, head.headers.get('content-length')]).toEqual([200, String(bytes.length)]);
});

test('a running job has no content yet and can be canceled', async () => {
  const { id } = await client.videos.create({ prompt: 'long [render:600]', ...small });
  await expect(client.videos.downloadContent(id)).rejects.toMatchObject({ status: 400, code: 'video_not_ready' });
  const polled = await client.videos.retrieve(id).withResponse();
  expect(polled.response.headers.get('openai-poll-after-ms')).toBe('50');
  expect(polled.response.headers.get('openai-processing-ms')).toMatch(/^\d+$/);
  expect(polled.request_id).toMatch(/^req_/);
  await client.videos.delete(id);
  await expect(client.videos.retrieve(id)).rejects.toMatchObject({ status: 404 });
});

test('the models are named', async () => {
  const ids = (await client.models.list()).data.map((model) => model.id);
  expect(ids).toEqual(['test-pattern']);
});
