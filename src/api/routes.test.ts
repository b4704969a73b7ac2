import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openMemoryStore } from '#store/memory.ts';
import { type As, createTestApi, type TestApi } from './testing.ts';

/** What each identity gets: anonymous, the owner, another user, the owner's key, a revoked key, the video's signed link. */
type Row = [anonymous: number, owner: number, other: number, key: number, revoked: number, link: number];
type Request = { body?: unknown; form?: true };

const closed = 401;
const both = (status: number): Row => [closed, status, status, status, closed, closed];
const owned = (status: number): Row => [closed, status, 404, status, closed, closed];
/** Signed in is not enough: for an admin alone, whose answers have tests of their own. */
const admins: Row = both(403);

/** Every route of the router. `:id` is a finished video of the owner. */
const matrix: Record<string, [Row, Request?]> = {
  'GET /healthz': [[200, 200, 200, 200, 200, 200]],
  'GET /readyz': [[200, 200, 200, 200, 200, 200]],
  'GET /openapi.json': [both(200)],
  'POST /api/sign-in': [[401, 401, 401, 401, 401, 401], { body: { email: 'a@example.com', password: 'wrong' } }],
  'GET /api/first': [[302, 302, 302, 302, 302, 302]],
  'POST /api/first': [
    [403, 403, 403, 403, 403, 403],
    { body: { token: 'wrong', email: 'a@example.com', password: 'long enough' } },
  ],
  'GET /api/session': [both(200)],
  'POST /api/videos': [both(202), { body: { prompt: 'a red fox' } }],
  'GET /api/videos': [both(200)],
  'GET /api/videos/:id': [owned(200)],
  'PATCH /api/videos/:id': [owned(200), { body: { starred: true } }],
  'GET /api/videos/:id/status': [owned(200)],
  'GET /api/videos/:id/sora-status': [owned(200)],
  'GET /api/videos/:id/events': [owned(200)],
  'GET /api/videos/:id/content': [[closed, 200, 404, 200, closed, 200]],
  'POST /api/videos/:id/cancel': [owned(409), { body: {} }],
  'POST /api/videos/:id/retry': [owned(409), { body: {} }],
  'POST /api/videos/:id/collect': [owned(409), { body: {} }],
  'POST /api/videos/:id/reset': [owned(409), { body: {} }],
  'POST /api/videos/:id/decide': [owned(409), { body: { decision: 'keep_looking' } }],
  'POST /api/videos/:id/check': [owned(200), { body: {} }],
  'GET /api/admin/overview': [admins],
  'GET /api/admin/attention': [admins],
  'GET /api/admin/throughput': [admins],
  'GET /api/admin/audit': [admins],
  'POST /api/admin/providers/:id/pause': [admins],
  'POST /api/admin/providers/:id/resume': [admins],
  'POST /api/admin/videos/:id/check': [admins],
  'POST /api/admin/videos/:id/extend': [admins, { body: { minutes: 5 } }],
  'POST /api/admin/videos/:id/give-up': [admins],
  'POST /api/admin/videos/:id/requeue': [admins],
  'POST /api/admin/videos/:id/adopt': [admins, { body: { upstream_id: 'up_1' } }],
  'POST /api/admin/videos/:id/collect': [admins],
  'POST /api/admin/videos/:id/reset': [admins],
  // A secret of its own; closed while there is none.
  'GET /api/cron/poll-sora-status': [[503, 503, 503, 503, 503, 503]],
  'POST /api/cron/poll-sora-status': [[503, 503, 503, 503, 503, 503]],
  'GET /api/events': [[closed, 200, 200, 200, closed, 200]],
  'GET /api/models': [both(200)],
  'POST /api/files': [both(201), { form: true }],
  // The last two end what the others need.
  'DELETE /api/videos/:id': [owned(200)],
  'POST /api/sign-out': [both(204)],
};

const identities: As[] = ['anonymous', 'owner', 'other', 'key', 'revoked key'];

let test: TestApi;
beforeAll(async () => {
  test = await createTestApi({ store: openMemoryStore() });
});
afterAll(() => test.stop());

it('has a row for every route, and no row for another', () => {
  const routes = new Set(
    test.app.routes
      .filter(({ method, path }) => method !== 'ALL' && !path.includes('*'))
      .map((r) => `${r.method} ${r.path}`),
  );
  expect([...routes].sort()).toEqual(Object.keys(matrix).sort());
});

describe.each(Object.entries(matrix))('%s', (route, [row, request = {}]) => {
  it.each([...identities.map((as, i) => [as, row[i]] as const), ['link', row[5]] as const])(
    '%s gets %s',
    async (as, status) => {
      const { id } = await test.done('owner');
      const [method = '', path = ''] = route.split(' ');
      const token = test.api.links.sign(id, new Date());
      const query = as === 'link' ? `?token=${token}${path === '/api/events' ? `&video=${id}` : ''}` : '';
      const answer = await test.call(as === 'link' ? 'anonymous' : as, method, path.replace(':id', id) + query, {
        ...(request.body !== undefined && { body: request.body }),
        ...(request.form && { raw: image() }),
        // Tries to sign in are counted by address.
        from: `10.1.0.${identities.indexOf(as as As) + 1}`,
      });
      await answer.body?.cancel();
      expect(answer.status).toBe(status);
      expect(answer.headers.get('x-request-id')).toMatch(/^req_[0-9a-f]{24}$/);
    },
  );
});

it.each(['PATCH', 'DELETE'])('a viewer looks, and gets 403 for %s', async (method) => {
  const { id } = await test.done('owner');
  expect((await test.call('viewer', 'GET', '/api/videos')).status).toBe(200);
  expect((await test.call('viewer', method, `/api/videos/${id}`)).status).toBe(403);
});

it('shows an admin the videos of others', async () => {
  const { id } = await test.done('owner');
  expect((await test.call('admin', 'GET', `/api/videos/${id}`)).status).toBe(200);
});

it('opens only the one video that a link was signed for, and only while it lasts', async () => {
  const { id } = await test.done('owner');
  const another = await test.done('owner');
  const token = test.api.links.sign(id, new Date());
  const old = test.api.links.sign(id, new Date(Date.now() - 3_600_001));
  const open = async (video: string, with_: string) =>
    (await test.call('anonymous', 'GET', `/api/videos/${video}/content?token=${with_}`)).status;
  expect([await open(id, token), await open(another.id, token), await open(id, old)]).toEqual([200, 401, 401]);
  expect((await test.call('anonymous', 'GET', `/api/videos/${id}?token=${token}`)).status).toBe(401);
  expect((await test.call('anonymous', 'DELETE', `/api/videos/${id}?token=${token}`)).status).toBe(401);
});

it('answers an unknown route in the envelope', async () => {
  const answer = await test.call('key', 'GET', '/api/nothing');
  expect(answer.status).toBe(404);
  expect(await answer.json()).toEqual({
    error: {
      message: 'there is no GET /api/nothing',
      type: 'invalid_request_error',
      param: null,
      code: 'unknown_route',
    },
  });
});

it('describes every route in OpenAPI 3.1', async () => {
  const document = (await (await test.call('key', 'GET', '/openapi.json')).json()) as {
    openapi: string;
    paths: Record<string, object>;
  };
  expect(document.openapi).toBe('3.1.0');
  const described = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replace('{id}', ':id')}`),
  );
  const hidden = ['GET /healthz', 'GET /readyz', 'GET /openapi.json'];
  expect(described.sort()).toEqual(
    Object.keys(matrix)
      .filter((route) => !hidden.includes(route))
      .sort(),
  );
});

function image(): FormData {
  const form = new FormData();
  form.set('file', new File(['picture'], 'fox.png', { type: 'image/png' }));
  return form;
}
