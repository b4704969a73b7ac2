import { afterEach, expect, test } from 'vitest';
import type { PersonalityName } from './personality.ts';
import { createSimulator, type Simulator } from './server.ts';

let simulator: Simulator;
afterEach(() => simulator.close());

function like(personality: PersonalityName): void {
  simulator = createSimulator({ personality, speed: 0, oneClip: true });
}

async function call(path: string, method = 'GET', fields?: Record<string, string>) {
  const body = fields && new FormData();
  for (const [name, value] of Object.entries(fields ?? {})) body?.append(name, value);
  const answer = await simulator.fetch(new Request(`http://simulator/v1/videos${path}`, { method, body }));
  const json = answer.headers.get('content-type') === 'application/json' ? await answer.json() : null;
  return { status: answer.status, json };
}

async function create(prompt: string): Promise<string> {
  const { json } = await call('', 'POST', { prompt, size: '320x180', seconds: '1' });
  await simulator.settled();
  return encodeURIComponent(json.id);
}

test('openai-strict deletes finished jobs only', async () => {
  like('openai-strict');
  expect((await call(`/${await create('[stall:10]')}`, 'DELETE')).status).toBe(409);
  expect((await call(`/${await create('a fox')}`, 'DELETE')).status).toBe(200);
});

test('vllm-omni polls a failed job as HTTP 500 with the video, and takes multipart only', async () => {
  like('vllm-omni');
  const id = await create('[fail:provider]');
  expect(id).toMatch(/^video_gen_/);
  expect(await call(`/${id}`)).toMatchObject({
    status: 500,
    json: { object: 'video', status: 'failed', error: { code: 500 } },
  });
  expect((await call(`/${id}/content`)).status).toBe(422);
  const running = await create('[stall:60]');
  expect(await call(`/${running}`)).toMatchObject({ status: 200, json: { status: 'in_progress', progress: 0 } });
  expect(await call(`/${running}/content`)).toEqual({
    status: 404,
    json: { detail: 'Generation is still in-progress' },
  });
  expect((await call(`/${running}`, 'DELETE')).json).toMatchObject({ object: 'video.deleted' });
  const json = new Request('http://simulator/v1/videos', { method: 'POST', body: '{"prompt":"x"}' });
  expect((await simulator.fetch(json)).status).toBe(422);
});

test('sglang is never in progress and keeps its lists and errors short', async () => {
  like('sglang');
  const id = await create('[stall:60]');
  const { json } = await call(`/${id}`);
  expect(json).toMatchObject({ status: 'queued', progress: 0 });
  expect(json).not.toHaveProperty('prompt');
  expect(Object.keys((await call('')).json)).toEqual(['data', 'object']);
  expect((await call('/video_none')).json).toEqual({ detail: expect.any(String) });
  expect((await call(`/${await create('a fox')}/content?variant=thumbnail`)).status).toBe(404);
  expect((await call(`/${id}`, 'DELETE')).json).toMatchObject({ id, status: 'deleted' });
});

test('litellm has long ids that lead back to the job', async () => {
  like('litellm');
  const id = await create('a fox');
  expect(id.length).toBeGreaterThan(100);
  expect((await call(`/${id}`)).json).toMatchObject({ id: decodeURIComponent(id), status: 'completed' });
  expect((await call(`/${id}/content`)).status).toBe(200);
});

test('newapi has its own words and no list', async () => {
  like('newapi');
  const id = await create('[queue:60]');
  const { json } = await call(`/${id}`);
  expect(json).toMatchObject({ status: 'NOT_START', task_id: id });
  expect(json).not.toHaveProperty('error');
  expect((await call(`/${id}/content`)).json.error.message).toContain('NOT_START');
  expect((await call('')).status).toBe(404);
});

test('fastvideo answers a failed job with 200, so that its word counts', async () => {
  like('fastvideo');
  const id = await create('[fail:moderation]');
  expect(await call(`/${id}`)).toMatchObject({ status: 200, json: { status: 'failed' } });
  expect(await call(`/${id}/content`)).toMatchObject({ status: 422, json: { detail: expect.any(String) } });
  expect((await call(`/${await create('a fox')}/content?variant=thumbnail`)).status).toBe(404);
});

test('llmgateway reads JSON alone', async () => {
  like('llmgateway');
  expect((await call('', 'POST', { prompt: 'a fox' })).status).toBe(422);
  expect((await call('')).status).toBe(404);
});

test('azure stands behind its own path, and looks for the key in its own header', async () => {
  simulator = createSimulator({ personality: 'azure', apiKey: 'a key', speed: 0 });
  const ask = (path: string, headers: Record<string, string>) =>
    simulator.fetch(new Request(`http://simulator${path}`, { headers }));
  expect((await ask('/openai/v1/videos?api-version=preview', { 'api-key': 'a key' })).status).toBe(200);
  const refused = await ask('/openai/v1/videos', { authorization: 'Bearer a key' });
  expect([refused.status, await refused.json()]).toEqual([
    401,
    { error: { code: 'invalid_api_key', message: expect.any(String) } },
  ]);
  expect((await ask('/v1/videos', { 'api-key': 'a key' })).status).toBe(404);
});
