import { afterEach, expect, test } from 'vitest';
import type { AssetKind, Json } from '#video/video.ts';
import { open } from './download.ts';
import { type FakeAnswer, startFakeServer } from './fake-server.ts';

let server: Awaited<ReturnType<typeof startFakeServer>>;
let storage: Awaited<ReturnType<typeof startFakeServer>> | null = null;
afterEach(async () => {
  await server.close();
  await storage?.close();
  storage = null;
});

type Script = {
  content: FakeAnswer | ((storage: string) => FakeAnswer);
  job?: FakeAnswer | ((storage: string) => FakeAnswer);
};

/** A server with one job, and a storage of another origin that has its file at /clip. */
async function openFrom({ content, job }: Script, kind: AssetKind = 'clip') {
  storage = await startFakeServer((request) =>
    request.url?.startsWith('/clip') ? { body: 'the clip' } : { status: 403 },
  );
  const elsewhere = storage.origin;
  const play = (part: Script['content'] | undefined) => (typeof part === 'function' ? part(elsewhere) : part);
  server = await startFakeServer((request) => {
    if (request.url?.includes('/content')) return play(content) ?? {};
    return play(job) ?? { status: 404, body: { detail: 'not found' } };
  });
  const download = await open(server.connection, 'video_1', kind, AbortSignal.timeout(5_000));
  const chunks: Uint8Array[] = [];
  for await (const chunk of download.stream) chunks.push(chunk);
  return { text: Buffer.concat(chunks).toString(), bytes: download.bytes };
}

test('bytes are taken as they are, with their length', async () => {
  expect(await openFrom({ content: { headers: { 'content-length': '8' }, body: 'the clip' } })).toEqual({
    text: 'the clip',
    bytes: 8,
  });
  expect(server.requests[0]?.headers).toMatchObject({ authorization: 'Bearer canary', 'accept-encoding': 'identity' });
  expect(server.asked).toEqual(['GET /v1/videos/video_1/content']);
});

test.each<[string, Script]>([
  ['a redirect', { content: (to) => ({ status: 302, headers: { location: `${to}/clip?sig=1` } }) }],
  ['JSON with a url', { content: (to) => ({ body: { url: `${to}/clip` } }) }],
  ['JSON with a video_url', { content: (to) => ({ body: { video_url: `${to}/clip` } }) }],
  [
    'an error that names a cloud URL',
    { content: (to) => ({ status: 400, body: { detail: `Video uploaded. Please use the cloud URL: ${to}/clip` } }) },
  ],
  [
    'a URL in the video object only',
    {
      content: { status: 404, body: '<html>' },
      job: (to) => ({ body: { id: 'video_1', object: 'video', status: 'completed', metadata: { url: `${to}/clip` } } }),
    },
  ],
  [
    'an output in the video object only',
    {
      content: { status: 501 },
      job: (to) => ({ body: { id: 'video_1', status: 'done', output: [{ url: `${to}/clip` }] } }),
    },
  ],
])('%s leads to another origin, which never sees the key', async (_name, script) => {
  expect((await openFrom(script)).text).toBe('the clip');
  expect(storage?.requests[0]?.headers.authorization).toBeUndefined();
});

const completed = (more: Record<string, Json> = {}): FakeAnswer => ({
  body: { id: 'video_1', object: 'video', status: 'completed', ...more },
});

test.each<[string, Script, string]>([
  [
    '400 while the job is there',
    { content: { status: 400, body: { error: { message: 'not ready' } } }, job: completed() },
    'not_ready',
  ],
  [
    '404 while the job is there',
    { content: { status: 404, body: { detail: 'in-progress' } }, job: completed() },
    'not_ready',
  ],
  ['409', { content: { status: 409 }, job: completed() }, 'not_ready'],
  ['422', { content: { status: 422 }, job: completed() }, 'not_ready'],
  ['404, and the job is not known either', { content: { status: 404, body: { detail: 'x' } } }, 'not_ready'],
  ['404 behind the expiry', { content: { status: 404 }, job: completed({ expires_at: 1_600_000_000 }) }, 'gone'],
  [
    '404 "video_expired"',
    { content: { status: 404, body: { error: { code: 'video_expired', message: 'x' } } } },
    'gone',
  ],
  ['410', { content: { status: 410 } }, 'gone'],
  ['an expired job', { content: { status: 400 }, job: { body: { id: 'video_1', status: 'expired' } } }, 'gone'],
  ['401', { content: { status: 401 } }, 'refused'],
  ['429', { content: { status: 429, headers: { 'retry-after': '7' } } }, 'transient'],
  ['503', { content: { status: 503 } }, 'transient'],
  ['JSON without a URL', { content: { body: { ok: true } } }, 'refused'],
  ['a link into the network of the host', { content: { body: { url: 'http://169.254.169.254/latest' } } }, 'refused'],
])('%s', async (_name, script, reason) => {
  await expect(openFrom(script)).rejects.toMatchObject({ name: 'DownloadError', reason });
});

test('Retry-After of a download is kept', async () => {
  await expect(openFrom({ content: { status: 429, headers: { 'retry-after': '7' } } })).rejects.toMatchObject({
    retryAfterMs: 7_000,
  });
});

test('a server that answers the clip for a thumbnail has none', async () => {
  const script = { content: { headers: { 'content-type': 'video/mp4' }, body: 'the clip' } };
  await expect(openFrom(script, 'thumbnail')).rejects.toMatchObject({ reason: 'refused' });
  expect(server.asked).toEqual(['GET /v1/videos/video_1/content?variant=thumbnail']);
});

test('a stream that breaks off ends in a DownloadError', async () => {
  server = await startFakeServer((request) => {
    setTimeout(() => request.socket.destroy(), 50);
    return { headers: { 'content-length': '1000' }, body: 'half' };
  });
  const download = await open(server.connection, 'video_1', 'clip', AbortSignal.timeout(5_000));
  const read = async () => {
    for await (const _ of download.stream);
  };
  await expect(read()).rejects.toMatchObject({ name: 'DownloadError', reason: 'transient' });
});
