import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type As, createTestApi, type TestApi } from '#api/testing.ts';
import { openMemoryStore } from '#store/memory.ts';
import { openStore } from '#store/store.ts';
import { testDatabases } from '#store/testing.ts';
import { type Document, type FuzzedRequest, operationsOf, requestsFor } from './requests.ts';
import type { Known } from './schema.ts';

// Requests out of our own OpenAPI document, valid and broken: whatever comes, there is an answer, and it is no 500.

const requestsInAll = 20_000;
const seed = 20_261_121;
const answeredWithinMs = 5_000;
const cronSecret = 'a cron secret of enough characters';
/** More often by a key than by a session: most get past the door, and a session costs more than most requests. */
const people = [
  ...(['owner', 'admin', 'viewer', 'other'] as const),
  ...(['key', 'key', 'key', 'admin key', 'admin key'] as const),
  ...(['anonymous', 'revoked key', 'cron'] as const),
];

const document = await describedBy();
const operations = operationsOf(document);
const [embedded] = testDatabases();

let test: TestApi;
let known: Known;
beforeAll(async () => {
  if (!embedded) throw new Error('no database');
  const database = await embedded.open();
  test = await createTestApi({ store: openStore(database), database, settings: { cronSecret } });
  known = await knownTo(test);
});
afterAll(() => test.stop());

it('sends to every route at least its share of 20,000 requests', () => {
  expect(operations.length).toBeGreaterThan(60);
});

const each = Math.ceil(requestsInAll / operations.length);

describe.each(operations.map((operation) => [`${operation.method} ${operation.path}`, operation] as const))(
  '%s',
  (_name, operation) => {
    it(`answers ${each} requests, and blames itself for none`, { timeout: 60_000 }, async () => {
      test.errors.length = 0;
      const ids = [...(known.id ?? []), await ownClip()];
      await fc.assert(
        fc.asyncProperty(requestsFor(operation, { ...known, id: ids }, people), async (request) => {
          const answer = await send(request);
          const text = await textOf(answer);
          expect(answer.status, text).not.toBe(500);
          expectEnvelope(request, answer.status, text);
        }),
        { seed, numRuns: each },
      );
      expect(test.errors).toEqual([]);
    });
  },
);

let clip = `video_${'0'.repeat(32)}`;
/** A finished one of the owner's; another one where a request has deleted it. */
async function ownClip(): Promise<string> {
  if ((await test.call('owner', 'GET', `/api/videos/${clip}`)).status === 404) clip = (await test.done('owner')).id;
  return clip;
}

async function send({ as, method, path, headers, body }: FuzzedRequest): Promise<Response> {
  const who = as === 'cron' ? 'anonymous' : (as as As);
  const asked = as === 'cron' ? { authorization: `Bearer ${cronSecret}`, ...headers } : headers;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${answeredWithinMs} ms`)), answeredWithinMs);
  });
  const answer = test.call(who, method, path, { headers: asked, ...(body !== null && { raw: body }) });
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}

/** A stream that does not end is read to its first words. */
async function textOf(answer: Response): Promise<string> {
  if (!answer.headers.get('content-type')?.includes('json')) {
    await answer.body?.cancel();
    return '';
  }
  return answer.text();
}

function expectEnvelope({ method }: FuzzedRequest, status: number, text: string): void {
  if (status < 400 || status === 416 || method === 'HEAD') return;
  const body = JSON.parse(text) as { error: unknown; detail?: unknown };
  const envelope = typeof body.error === 'string' ? body.detail : body.error;
  expect(envelope).toMatchObject({ message: expect.any(String), type: expect.stringMatching(/_error$/) });
  expect(envelope).toHaveProperty('param');
  expect(envelope).toHaveProperty('code');
}

async function describedBy(): Promise<Document> {
  const api = await createTestApi({ store: openMemoryStore(), engine: false });
  const answer = await api.call('key', 'GET', '/openapi.json');
  await api.stop();
  return (await answer.json()) as Document;
}

/** A finished clip of the owner's, one of somebody else's, a file; and the names that the fields of requests take. */
async function knownTo(api: TestApi): Promise<Known> {
  const [own, others] = [await api.done('owner'), await api.done('other')];
  const form = new FormData();
  form.set('file', new File([Buffer.from('89504e470d0a1a0a0000000d', 'hex')], 'fox.png'));
  const file = (await (await api.call('owner', 'POST', '/api/files', { raw: form })).json()) as { id: string };
  const absent = `video_${'0'.repeat(32)}`;
  const ids = [own.id, others.id, absent, file.id];
  return {
    id: ids,
    after: ids,
    video: ids,
    file_id: [file.id],
    inputs: [file.id],
    model: ['fake/model', 'sora-2'],
    size: ['1280x720', '320x180'],
    seconds: ['4', '8'],
    provider: ['fake'],
    token: ['a'.repeat(32)],
  };
}
