import { afterAll, beforeAll, expect, it } from 'vitest';
import { createHooks } from '#engine/hooks.ts';
import { openMemoryStore } from '#store/memory.ts';
import { createTestApi, type TestApi } from './testing.ts';

let test: TestApi;
beforeAll(async () => {
  test = await createTestApi({ store: openMemoryStore(), engine: false });
  // What it was handed, byte by byte, is what was signed.
  test.provider.verifyWebhook = async ({ headers, body }) =>
    headers.get('x-signature') === `over:${Buffer.from(body).toString('hex')}`
      ? { eventId: 'event 1', job: null }
      : null;
});
afterAll(() => test.stop());

async function tokenOf(): Promise<string> {
  const { id } = await test.ask();
  const attemptId = (await test.system.store.get(id, null))?.attempts[0]?.id ?? '';
  const url = createHooks('a secret of this installation', 'https://dailies.example').urlFor('fake', attemptId) ?? '';
  return url.split('/').at(-1) ?? '';
}

const call = (path: string, body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
  test.app.request(`/api/hooks/${path}`, { method: 'POST', body, headers });
const signed = (body: string) => ({ 'x-signature': `over:${Buffer.from(body).toString('hex')}` });

it('takes what is signed over these very bytes, JSON or not, and answers 204 each time', async () => {
  const token = await tokenOf();
  for (const body of ['{"status":  "ok"}\n', 'not \u00e9 JSON', '']) {
    const answer = await call(`fake/${token}`, body, signed(body));
    expect([answer.status, await answer.text()]).toEqual([204, '']);
  }
});

it('refuses what was changed on the way, and says nothing about it', async () => {
  const token = await tokenOf();
  const answer = await call(`fake/${token}`, '{"status":"ok"}', signed('{"status":"no"}'));
  expect([answer.status, ((await answer.json()) as { error: { code: string } }).error.code]).toEqual([
    401,
    'unverified',
  ]);
});

it('knows no address but those that it gave away', async () => {
  const token = await tokenOf();
  const tried = [
    `fake/${token}x`,
    `other/${token}`,
    'fake/none',
    `fake/${token.replace(/\..*/, `.${'A'.repeat(22)}`)}`,
  ];
  for (const path of tried) expect((await call(path, 'x', signed('x'))).status).toBe(404);
});

it('reads no more than a megabyte', async () => {
  const answer = await call(`fake/${await tokenOf()}`, new Uint8Array(1_000_001), { 'content-length': '1000001' });
  expect(answer.status).toBe(413);
});
