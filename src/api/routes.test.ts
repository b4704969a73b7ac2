import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openMemoryStore } from '#store/memory.ts';
import { testDatabases } from '#store/testing.ts';
import { createTestApi, fakeSupabase, type TestApi } from './testing.ts';

/**
 * What each identity gets: anonymous, the owner, another user, the owner's key, a revoked key, the video's signed link,
 * and a key with the scope `admin`, which gets what the owner gets where nothing else is said. `expected` has the rest.
 */
type Row = [
  anonymous: number,
  owner: number,
  other: number,
  key: number,
  revoked: number,
  link: number,
  admin?: number,
];
type Request = { body?: unknown; form?: true };

const closed = 401;
const both = (status: number): Row => [closed, status, status, status, closed, closed];
const owned = (status: number): Row => [closed, status, 404, status, closed, closed];
/** For everybody who signed in; a key needs the scope `admin`. */
const managed = (status: number): Row => [closed, status, status, 403, closed, closed, status];
/** Signed in is not enough: for an admin alone. */
const byAdmin = (status: number): Row => [closed, 403, 403, 403, closed, closed, status];
const admins: Row = byAdmin(200);
/** For whoever signed in here: no key, no token. */
const byPerson = (status: number): Row => [closed, status, status, 403, closed, closed, 403];
/** Making and revoking keys: for people, and for a key with the scope `admin`. */
const keyMakers = (status: number): Row => [closed, status, status, 403, closed, closed, status];

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
  'POST /api/join/look': [[404, 404, 404, 404, 404, 404], { body: { token: 'wrong' } }],
  'POST /api/join': [
    [404, 404, 404, 404, 404, 404],
    { body: { token: 'wrong', name: 'Eve', email: 'eve@example.com', password: 'long enough' } },
  ],
  'GET /api/session': [both(200)],
  'GET /api/sessions': [byPerson(200)],
  'DELETE /api/sessions': [byPerson(204)],
  'DELETE /api/sessions/:id': [byPerson(404)],
  'POST /api/password': [byPerson(409), { body: { current: 'a password', password: 'another one' } }],
  'GET /api/keys': [both(200)],
  'POST /api/keys': [keyMakers(201), { body: { name: 'a robot', scopes: ['read'] } }],
  'DELETE /api/keys/:id': [keyMakers(404)],
  'GET /api/people': [admins],
  'PATCH /api/people/:id': [byAdmin(404), { body: { role: 'viewer' } }],
  'DELETE /api/people/:id': [byAdmin(404)],
  'GET /api/invites': [admins],
  'POST /api/invites': [byAdmin(201), { body: { role: 'member' } }],
  'DELETE /api/invites/:id': [byAdmin(404)],
  'POST /api/videos': [both(202), { body: { prompt: 'a red fox' } }],
  'GET /api/videos': [both(200)],
  'GET /api/videos/:id': [owned(200)],
  'PATCH /api/videos/:id': [owned(200), { body: { starred: true } }],
  'GET /api/videos/:id/status': [owned(200)],
  'GET /api/videos/:id/sora-status': [owned(200)],
  'GET /api/videos/:id/events': [owned(200)],
  'GET /api/videos/:id/content': [[closed, 200, 404, 200, closed, 200]],
  // What is sent is no image.
  'PUT /api/videos/:id/poster': [owned(415), { body: {} }],
  'POST /api/videos/:id/cancel': [owned(409), { body: {} }],
  'POST /api/videos/:id/retry': [owned(409), { body: {} }],
  'POST /api/videos/:id/collect': [owned(409), { body: {} }],
  'POST /api/videos/:id/reset': [owned(409), { body: {} }],
  'POST /api/videos/:id/decide': [owned(409), { body: { decision: 'keep_looking' } }],
  // The model of the clip cannot.
  'POST /api/videos/:id/remix': [owned(400), { body: { prompt: 'at night' } }],
  'POST /api/videos/:id/check': [owned(200), { body: {} }],
  'GET /api/admin/overview': [admins],
  'GET /api/admin/attention': [admins],
  'GET /api/admin/throughput': [admins],
  'GET /api/admin/audit': [admins],
  'GET /api/admin/retention': [admins],
  'GET /api/settings/providers': [admins],
  'PUT /api/settings/providers/:id': [admins, { body: { kind: 'openai', base_url: 'http://127.0.0.1:1/v1' } }],
  'DELETE /api/settings/providers/:id': [byAdmin(404)],
  'POST /api/settings/providers/:id/test': [byAdmin(404)],
  'PUT /api/settings/default-model': [admins, { body: { model: null } }],
  'GET /api/settings/aliases': [admins],
  'GET /api/settings/fallbacks': [admins],
  'PUT /api/settings/fallbacks': [admins, { body: { enabled: false, dearer: false, models: {} } }],
  'PUT /api/settings/aliases': [admins, { body: { aliases: {} } }],
  'POST /api/admin/providers/:id/pause': [byAdmin(404)],
  'POST /api/admin/providers/:id/resume': [byAdmin(404)],
  'POST /api/admin/videos/:id/check': [admins],
  'POST /api/admin/videos/:id/extend': [byAdmin(409), { body: { minutes: 5 } }],
  'POST /api/admin/videos/:id/give-up': [byAdmin(409)],
  'POST /api/admin/videos/:id/requeue': [byAdmin(409)],
  'POST /api/admin/videos/:id/adopt': [byAdmin(409), { body: { upstream_id: 'up_1' } }],
  'POST /api/admin/videos/:id/collect': [byAdmin(409)],
  'POST /api/admin/videos/:id/reset': [byAdmin(409)],
  // A secret of its own; closed while there is none.
  'GET /api/cron/poll-sora-status': [[503, 503, 503, 503, 503, 503]],
  'POST /api/cron/poll-sora-status': [[503, 503, 503, 503, 503, 503]],
  // Of no attempt.
  'POST /api/hooks/:provider/:token': [[404, 404, 404, 404, 404, 404], { body: {} }],
  'POST /api/backup': [[401, 401, 401, 401, 401, 401]],
  'GET /api/events': [[closed, 200, 200, 200, closed, 200]],
  'GET /api/webhooks': [managed(200)],
  'POST /api/webhooks': [managed(201), { body: { url: 'https://example.com/hook' } }],
  // Of nobody: those that are there have tests of their own.
  'PATCH /api/webhooks/:id': [managed(404), { body: { name: 'ours' } }],
  'DELETE /api/webhooks/:id': [managed(404)],
  'POST /api/webhooks/:id/rotate': [managed(404), { body: {} }],
  'POST /api/webhooks/:id/test': [managed(404), { body: {} }],
  'POST /api/webhooks/:id/resume': [managed(404), { body: {} }],
  'GET /api/webhooks/:id/deliveries': [managed(404)],
  'POST /api/webhooks/:id/deliveries/:delivery/replay': [managed(404), { body: {} }],
  'GET /api/models': [both(200)],
  'GET /api/usage': [both(200)],
  'GET /api/limits': [both(200)],
  'PATCH /api/limits': [admins, { body: { daily_cap_usd: 5 } }],
  'POST /api/files': [both(201), { form: true }],
  // Another one's file, and one that is not there, look alike; their own test has one that is.
  'GET /api/files/:id': [both(404)],
  'GET /api/files/:id/content': [both(404)],
  'DELETE /api/files/:id': [both(404)],
  'POST /v1/videos': [both(200), { body: { prompt: 'a red fox' } }],
  'GET /v1/videos': [both(200)],
  'GET /v1/videos/:id': [owned(200)],
  'GET /v1/videos/:id/content': [owned(200)],
  'DELETE /v1/videos/:id': [owned(200)],
  // The model of the clip cannot.
  'POST /v1/videos/:id/remix': [owned(400), { body: { prompt: 'at night' } }],
  // Of a clip that is not there.
  'POST /v1/videos/edits': [both(404), { body: { prompt: 'at night', video: { id: `video_${'0'.repeat(32)}` } } }],
  'POST /v1/videos/extensions': [
    both(404),
    { body: { prompt: 'at night', seconds: '4', video: { id: `video_${'0'.repeat(32)}` } } },
  ],
  'POST /v1/videos/characters': [both(404), { body: { name: 'Ava', video: { id: `video_${'0'.repeat(32)}` } } }],
  'GET /v1/videos/characters/:id': [both(404)],
  'GET /v1/models': [both(200)],
  'POST /v1/files': [both(200), { form: true }],
  'GET /v1/files': [both(200)],
  'GET /v1/files/:id': [both(404)],
  'GET /v1/files/:id/content': [both(404)],
  'DELETE /v1/files/:id': [both(404)],
  'GET /v1/models/:id': [both(404)],
  // The last two end what the others need.
  'DELETE /api/videos/:id': [owned(200)],
  'POST /api/sign-out': [both(204)],
};

const identities = [
  'anonymous',
  'owner',
  'other',
  'key',
  'revoked key',
  'link',
  'admin key',
  'read key',
  'expired key',
  'disabled',
  'supabase',
] as const;

const reads = (route: string) => route.startsWith('GET ');
/** Routes that ask for a session; what they get who have none stands in their row's last column. */
const wantsSession = (row: Row) => row[1] !== 403 && row[3] === 403 && row[6] === 403;

function expected(route: string, row: Row, as: (typeof identities)[number]): number {
  const [anonymous, owner, other, key, revoked, link, admin = owner] = row;
  const isPublic = anonymous === owner && owner === key;
  const statuses: Record<(typeof identities)[number], number> = {
    anonymous,
    owner,
    other,
    key,
    'revoked key': revoked,
    link,
    'admin key': admin,
    'read key': reads(route) || isPublic || route === 'POST /api/sign-out' ? key : 403,
    'expired key': revoked,
    disabled: revoked,
    supabase: wantsSession(row) ? 403 : other,
  };
  return statuses[as];
}

/** Public to GET, for whoever brings their secret; who only looks whether they are there is asked who he is. */
const byGetAlone = ['GET /api/first', 'GET /api/cron/poll-sora-status'];

/** A finished clip of the owner's: the same one for all that leave it there. */
let clip: Promise<string> | null = null;
const newClip = async () => (await test.done('owner')).id;
const theClip = () => (clip ??= newClip());
/** The id to ask a route for: of nothing, where it is not a clip's. */
async function idFor(route: string): Promise<string> {
  if (/(?<!\/videos)\/:id/.test(route)) return `video_${randomBytes(16).toString('hex')}`;
  return route.startsWith('DELETE ') ? newClip() : theClip();
}

const [embedded] = testDatabases();
let test: TestApi;
beforeAll(async () => {
  if (!embedded) throw new Error('no database');
  test = await createTestApi({ store: openMemoryStore(), database: await embedded.open(), supabase: fakeSupabase });
});
afterAll(() => test.stop());

it('has a row for every route, and no row for another', () => {
  const routes = new Set(
    test.app.routes
      .filter(({ method, path }) => method !== 'ALL' && !path.includes('*'))
      .map((r) => `${r.method} ${r.path.replace(/\{.*\}$/, '')}`),
  );
  expect([...routes].sort()).toEqual(Object.keys(matrix).sort());
});

it.each(Object.keys(matrix))('OPTIONS of %s tells nobody anything, where no other site is allowed', async (route) => {
  const id = await theClip();
  for (const as of identities) {
    const answer = await ask('OPTIONS', route, as, id);
    expect([401, 403, 404, 503]).toContain(answer.status);
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
  }
});

it.each(['/api/videos/:id/content', '/v1/videos/:id/content'])(
  'a part of %s is as closed as the whole',
  async (path) => {
    const { id } = await test.done('owner');
    const [row] = matrix[`GET ${path}`] ?? [];
    for (const as of identities) {
      const whole = expected(`GET ${path}`, row ?? both(200), as);
      const answer = await ask('GET', `GET ${path}`, as, id, { headers: { range: 'bytes=0-0' } });
      await answer.body?.cancel();
      expect([as, answer.status]).toEqual([as, whole === 200 ? 206 : whole]);
    }
  },
);

describe.each(Object.entries(matrix))('%s', (route, [row, request = {}]) => {
  it.each(identities.map((as) => [as, expected(route, row, as)] as const))('%s gets %s', async (as, status) => {
    const [method = ''] = route.split(' ');
    const answer = await ask(method, route, as, await idFor(route), {
      ...(request.body !== undefined && { body: request.body }),
      ...(request.form && { raw: image() }),
    });
    await answer.body?.cancel();
    expect(answer.status).toBe(status);
    expect(answer.headers.get('x-request-id')).toMatch(/^req_[0-9a-f]{24}$/);
  });

  if (reads(route) && !byGetAlone.includes(route)) {
    it('HEAD gets everybody the same, without a body', async () => {
      const id = await theClip();
      for (const [as, status] of identities.map((as) => [as, expected(route, row, as)] as const)) {
        const answer = await ask('HEAD', route, as, id);
        expect([as, answer.status, await answer.text()]).toEqual([as, status, '']);
      }
    });
  }
});

async function ask(
  method: string,
  route: string,
  as: (typeof identities)[number],
  id: string,
  more: Parameters<TestApi['call']>[3] = {},
) {
  const [, path = ''] = route.split(' ');
  const query = `?token=${test.api.links.sign(id, new Date())}${path === '/api/events' ? `&video=${id}` : ''}`;
  // Tries to sign in are counted by address.
  const from = `10.1.0.${identities.indexOf(as) + 1}`;
  const address = path.replace(':id', id) + (as === 'link' ? query : '');
  return test.call(as === 'link' ? 'anonymous' : as, method, address, { ...more, from });
}

it.each([
  ['the key of a viewer', 'viewer key'],
  ['a viewer', 'viewer'],
] as const)('%s looks, and changes nothing', async (_what, as) => {
  expect((await test.call(as, 'GET', '/api/videos')).status).toBe(200);
  expect((await test.call(as, 'POST', '/api/videos', { body: { prompt: 'x' } })).status).toBe(403);
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
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`),
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
  const signature = Buffer.from('89504e470d0a1a0a0000000d', 'hex');
  form.set('file', new File([signature], 'fox.png', { type: 'image/png' }));
  return form;
}
