import { afterEach, expect, test } from 'vitest';
import { type FakeAnswer, startFakeServer } from './fake-server.ts';
import { ownServer } from './kind.ts';
import { list } from './list.ts';
import { createOpenAIProvider } from './provider.ts';

let server: Awaited<ReturnType<typeof startFakeServer>>;
afterEach(() => server.close());

const since = new Date(1_790_000_000_000);
/** Newest first: job_0 was created `n` seconds after `since`. */
const jobs = (n: number) =>
  Array.from({ length: n }, (_, i) => ({
    id: `job_${i}`,
    object: 'video',
    created_at: 1_790_000_000 + n - i,
    prompt: 'p',
    seconds: '4',
  }));

type Page = (all: ReturnType<typeof jobs>, after: string | null, limit: number) => FakeAnswer;
async function listWith(n: number, page: Page) {
  server = await startFakeServer((request, origin) => {
    const query = new URL(request.url ?? '', origin).searchParams;
    return page(jobs(n), query.get('after'), Number(query.get('limit')));
  });
  return list(server.connection, since, AbortSignal.timeout(10_000));
}
const behind = (all: ReturnType<typeof jobs>, after: string | null) =>
  all.slice(all.findIndex((job) => job.id === after) + 1);

test('a whole listing goes through all pages', async () => {
  const listing = await listWith(250, (all, after, limit) => {
    const rest = behind(all, after);
    return { body: { object: 'list', data: rest.slice(0, limit), has_more: rest.length > limit } };
  });
  expect(listing.kind === 'complete' && listing.jobs).toHaveLength(250);
  expect(server.asked).toHaveLength(3);
  expect(listing.kind === 'complete' && listing.jobs[0]).toMatchObject({
    operation: { id: 'job_0' },
    seconds: 4,
    model: null,
  });
});

test('it ends where the jobs are older than asked', async () => {
  server = await startFakeServer(() => ({
    body: { data: jobs(100).map((job) => ({ ...job, created_at: job.created_at - 50 })), has_more: true },
  }));
  const listing = await list(server.connection, since, AbortSignal.timeout(10_000));
  expect(listing.kind === 'complete' && listing.jobs).toHaveLength(51);
  expect(server.asked).toHaveLength(1);
});

test('it does not end early where the jobs come in another order', async () => {
  const listing = await listWith(150, (all, after, limit) => {
    const oldestFirst = all.map((job) => ({ ...job, created_at: job.created_at - 100 })).reverse();
    const rest = behind(oldestFirst, after);
    return { body: { data: rest.slice(0, limit), has_more: rest.length > limit } };
  });
  expect(listing.kind === 'complete' && listing.jobs).toHaveLength(51);
});

test('without has_more it asks until a page brings nothing new', async () => {
  const listing = await listWith(150, (all, after, limit) => ({ body: { data: behind(all, after).slice(0, limit) } }));
  expect(listing.kind === 'complete' && listing.jobs).toHaveLength(150);
});

test('a server that ignores the cursor and answers everything each time is complete', async () => {
  const listing = await listWith(150, (all) => ({ body: { data: all } }));
  expect(listing.kind === 'complete' && listing.jobs).toHaveLength(150);
});

test('a cursor that does not work is not complete', async () => {
  const listing = await listWith(150, (all, _, limit) => ({ body: { data: all.slice(0, limit), has_more: true } }));
  expect(listing).toMatchObject({ kind: 'no_answer', why: 'protocol' });
});

test.each<[string, FakeAnswer, string]>([
  ['an error', { status: 500, body: { error: { message: 'x' } } }, 'transient'],
  ['a refused key', { status: 401, body: { error: { message: 'x' } } }, 'auth'],
  ['a web page', { status: 404, body: '<html>' }, 'protocol'],
  ['a job without an id', { body: { data: [{ created_at: 1 }] } }, 'protocol'],
  ['a job without a time', { body: { data: [{ id: 'a' }] } }, 'protocol'],
  ['no list at all', { body: { object: 'list' } }, 'protocol'],
])('%s is no listing', async (_name, answer, why) => {
  expect(await listWith(1, () => answer)).toMatchObject({ kind: 'no_answer', why });
});

test.each([404, 405, 501])('an API that answers %i to a listing is not asked again soon', async (status) => {
  server = await startFakeServer(() => ({ status, body: { error: { message: 'Invalid URL (GET /v1/videos)' } } }));
  const { connection } = server;
  const provider = createOpenAIProvider({
    id: 'gateway',
    baseUrl: connection.baseUrl,
    apiKey: null,
    fetch: connection.fetch,
    capabilities: { ...ownServer, retentionMs: 1 },
  });
  expect(provider.capabilities.lists).toBe(true);
  expect(await provider.list?.(since, AbortSignal.timeout(5_000))).toMatchObject({ kind: 'no_answer' });
  expect(provider.list).toBeUndefined();
  expect(provider.capabilities.lists).toBe(false);
});
