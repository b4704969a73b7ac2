import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSimulator, type Simulator } from './server.ts';

// Each directive over a real socket, as a client meets it.

let simulator: Simulator;
let origin: string;
let nowMs = 1_800_000_000_000;

beforeAll(async () => {
  simulator = createSimulator({ speed: 0, oneClip: true, now: () => nowMs });
  origin = await simulator.listen();
});
afterAll(() => simulator.close());

const post = (prompt: string, key?: string) =>
  fetch(`${origin}/v1/videos`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(key && { 'idempotency-key': key }) },
    body: JSON.stringify({ prompt, size: '320x180', seconds: 1 }),
  });
const get = (path: string) => fetch(`${origin}/v1/videos/${path}`);
const jobsOf = (prompt: string) => simulator.ledger().jobs.filter((job) => job.prompt === prompt);

async function create(prompt: string): Promise<string> {
  const { id } = await (await post(prompt)).json();
  await simulator.settled();
  return id;
}

async function statuses(id: string, polls: number): Promise<number[]> {
  const seen: number[] = [];
  for (let i = 0; i < polls; i++) seen.push((await get(id)).status);
  return seen;
}

test('[fail] ends the job with a verdict', async () => {
  for (const [prompt, code] of [
    ['[fail:moderation]', 'moderation_blocked'],
    ['[fail:provider]', 'server_error'],
  ]) {
    const id = await create(prompt ?? '');
    expect(await (await get(id)).json()).toMatchObject({
      status: 'failed',
      error: { code, message: expect.any(String) },
    });
    expect((await get(`${id}/content`)).status).toBe(400);
    expect((await fetch(`${origin}/v1/videos/${id}`, { method: 'DELETE' })).status).toBe(200);
  }
});

test('[fail:… x1] spares whoever asks for the same once more', async () => {
  const status = async (id: string) => (await (await get(id)).json()).status;
  const first = await create('[fail:moderation x1]');
  const second = await create('[fail:moderation x1]');
  expect([await status(first), await status(second)]).toEqual(['failed', 'completed']);
  expect((await (await post('[fail:moderation x1]', 'a key')).json()).id).toBe(
    (await (await post('[fail:moderation x1]', 'a key')).json()).id,
  );
});

test('[reject] refuses the create', async () => {
  const answer = await post('[reject:moderation]');
  expect([answer.status, (await answer.json()).error.code]).toEqual([400, 'moderation_blocked']);
  expect(jobsOf('[reject:moderation]')).toEqual([]);
});

test('[stall], [queue] and [render] hold a job where they say', async () => {
  const stalled = await create('[stall:99]');
  const waiting = await create('[queue:30] [render:20]');
  const view = async (id: string) => (await get(id)).json();
  expect(await view(waiting)).toMatchObject({ status: 'queued', progress: 0 });
  nowMs += 40_000;
  expect(await view(waiting)).toMatchObject({ status: 'in_progress', progress: 46 });
  nowMs += 10_000;
  expect(await view(waiting)).toMatchObject({ status: 'completed', progress: 100 });
  nowMs += 3_600_000;
  expect(await view(stalled)).toMatchObject({ status: 'in_progress', progress: 99 });
});

test('[lose-response] makes the job and cuts the connection; a replay is answered', async () => {
  const prompt = 'a fox [lose-response]';
  await expect(post(prompt, 'lost-1')).rejects.toThrow();
  expect(jobsOf(prompt)).toHaveLength(1);
  const replay = await post(prompt, 'lost-1');
  expect((await replay.json()).id).toBe(jobsOf(prompt)[0]?.id);
  expect(jobsOf(prompt)).toMatchObject([{ posts: 2 }]);
  // Without a socket the same is a rejection.
  const request = new Request('http://simulator/v1/videos', { method: 'POST', body: JSON.stringify({ prompt }) });
  await expect(simulator.fetch(request)).rejects.toThrow();
});

test('[lose-response:1] answers whoever asks for the same once more', async () => {
  const prompt = 'a fox [lose-response:1]';
  await expect(post(prompt, 'first')).rejects.toThrow();
  expect((await post(prompt, 'second')).status).toBe(200);
  expect(jobsOf(prompt)).toHaveLength(2);
});

test('[lose-request] cuts the connection and makes no job', async () => {
  const prompt = 'a fox [lose-request:2]';
  await expect(post(prompt)).rejects.toThrow();
  await expect(post(prompt)).rejects.toThrow();
  expect(jobsOf(prompt)).toEqual([]);
  expect((await post(prompt)).status).toBe(200);
});

test('[create-http] answers an error with or without a job', async () => {
  const refusedBefore = simulator.ledger().creates.refused;
  expect((await post('[create-http:503]')).status).toBe(503);
  expect((await post('[create-http:503]')).status).toBe(503);
  expect(jobsOf('[create-http:503]')).toEqual([]);
  expect((await post('[create-http:503x1]')).status).toBe(503);
  expect((await post('[create-http:503x1]')).status).toBe(200);
  expect((await post('[create-http:503+job]', 'with-job')).status).toBe(503);
  expect(jobsOf('[create-http:503+job]')).toHaveLength(1);
  expect((await post('[create-http:503+job]', 'with-job')).status).toBe(200);
  expect(jobsOf('[create-http:503+job]')).toMatchObject([{ posts: 2 }]);
  expect(simulator.ledger().creates.refused).toBe(refusedBefore + 3);
});

test('[hang] makes the job at once and answers late', async () => {
  const prompt = 'a fox [hang:600]';
  const impatient = new AbortController();
  const answer = fetch(`${origin}/v1/videos`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ prompt, size: '320x180' }),
    signal: impatient.signal,
  });
  await expect.poll(() => jobsOf(prompt).length).toBe(1);
  impatient.abort();
  await expect(answer).rejects.toThrow();
});

test('[http] answers the next polls with a status', async () => {
  expect(await statuses(await create('[http:503x3]'), 4)).toEqual([503, 503, 503, 200]);
  expect(await statuses(await create('[http:404x2]'), 3)).toEqual([404, 404, 200]);
  expect(await statuses(await create('[http:401]'), 2)).toEqual([401, 200]);
  const limited = await get(await create('[http:429x2]'));
  expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '1']);
  const resting = await get(await create('[http:503] [retry-after:90]'));
  expect([resting.status, resting.headers.get('retry-after')]).toEqual([503, '90']);
  const gateway = await get(await create('[http:502]'));
  expect(gateway.headers.get('content-type')).toContain('text/html');
});

test('[garble] cuts the JSON of the first poll', async () => {
  const id = await create('[garble]');
  const first = await get(id);
  expect(first.status).toBe(200);
  await expect(first.json()).rejects.toThrow(SyntaxError);
  expect(await (await get(id)).json()).toMatchObject({ status: 'completed' });
});

test('[status] and [progress:none] bend the answers', async () => {
  const id = await create('[status:processing] [render:10] [progress:none]');
  const running = await (await get(id)).json();
  expect(running.status).toBe('processing');
  expect(running).not.toHaveProperty('progress');
  nowMs += 10_000;
  expect(await (await get(id)).json()).toMatchObject({ status: 'completed' });
});

test('[cut] breaks the first download off, the second is whole', async () => {
  const id = await create('[cut:1000]');
  const reader = (await get(`${id}/content`)).body?.getReader();
  let received = 0;
  const readAll = async () => {
    for (let part = await reader?.read(); part && !part.done; part = await reader?.read())
      received += part.value.length;
  };
  await expect(readAll()).rejects.toThrow();
  expect(received).toBe(1_000);
  const whole = await get(`${id}/content`);
  expect((await whole.arrayBuffer()).byteLength).toBe(Number(whole.headers.get('content-length')));
});

test('[slow] limits the speed of a download', async () => {
  const id = await create('[slow:40k]');
  const startedAtMs = performance.now();
  const bytes = (await (await get(`${id}/content`)).arrayBuffer()).byteLength;
  expect(performance.now() - startedAtMs).toBeGreaterThan((bytes / 40_000) * 900);
});

test('[not-video] serves a page', async () => {
  const answer = await get(`${await create('[not-video]')}/content`);
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html; charset=UTF-8']);
});

test('[not-video:n] serves the clip after n pages', async () => {
  const id = await create('[not-video:2]');
  const types: (string | null)[] = [];
  for (let i = 0; i < 3; i++) types.push((await get(`${id}/content`)).headers.get('content-type'));
  expect(types).toEqual(['text/html; charset=UTF-8', 'text/html; charset=UTF-8', 'video/mp4']);
});

test('[forget] loses the job after the first poll', async () => {
  const id = await create('[forget]');
  expect(await statuses(id, 3)).toEqual([200, 404, 404]);
  expect((await get(`${id}/content`)).status).toBe(404);
  expect(jobsOf('[forget]')).toMatchObject([{ status: 'forgotten' }]);
});

test('[expire] leaves a completed job without content', async () => {
  const id = await create('[expire]');
  expect(await (await get(id)).json()).toMatchObject({ status: 'completed' });
  const content = await get(`${id}/content`);
  expect([content.status, (await content.json()).error.code]).toEqual([404, 'video_expired']);
});
