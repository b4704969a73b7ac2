import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type As, createTestApi, type TestApi } from '#api/testing.ts';
import { openMemoryStore } from '#store/memory.ts';
import { testDatabases } from '#store/testing.ts';
import type { KeyView } from './wire.ts';

describe.each(testDatabases())('API keys in $name', ({ open }) => {
  let test: TestApi;
  beforeAll(async () => {
    test = await createTestApi({ store: openMemoryStore(), database: await open(), engine: false });
  });
  afterAll(() => test.stop());

  type Made = { key: KeyView; secret: string; error: { code: string; param: string | null; message: string } };
  const make = async (as: As, body: object) => {
    const answer = await test.call(as, 'POST', '/api/keys', { body });
    return { status: answer.status, ...((await answer.json()) as Made) };
  };
  const list = async (as: As, query = '') =>
    ((await (await test.call(as, 'GET', `/api/keys${query}`)).json()) as { keys: KeyView[] }).keys;
  const use = async (secret: string, method: string, path: string, body?: object) =>
    test.call('anonymous', method, path, { headers: { authorization: `Bearer ${secret}` }, ...(body && { body }) });

  it('is shown once, works, is seen in the list without its secret, and ends when revoked', async () => {
    const { status, key, secret } = await make('other', { name: 'laptop' });
    expect(status).toBe(201);
    expect(key).toMatchObject({ name: 'laptop', scopes: ['read', 'create'], state: 'active', last_used_at: null });
    expect((await use(secret, 'POST', '/v1/videos', { prompt: 'a fox' })).status).toBe(200);
    const [listed] = await list('other');
    expect(listed).toMatchObject({ id: key.id, prefix: secret.slice(0, 8), last_used_at: expect.any(String) });
    expect(JSON.stringify(listed)).not.toContain(secret);
    expect((await test.call('owner', 'DELETE', `/api/keys/${key.id}`)).status).toBe(404);
    expect((await test.call('other', 'DELETE', `/api/keys/${key.id}`)).status).toBe(204);
    expect((await use(secret, 'GET', '/v1/videos')).status).toBe(401);
    expect((await list('other')).map(({ state }) => state)).toEqual(['revoked']);
  });

  it('that may only read, reads, and says what it lacks', async () => {
    const { secret } = await make('owner', { name: 'dashboard', scopes: ['read'] });
    expect((await use(secret, 'GET', '/v1/videos')).status).toBe(200);
    for (const path of ['/v1/videos', '/api/videos']) {
      const refused = await use(secret, 'POST', path, { prompt: 'a fox' });
      expect([refused.status, ((await refused.json()) as Made).error.code]).toEqual([403, 'missing_scope']);
    }
  });

  it('of an admin sees its owner’s alone, unless it was given the scope', async () => {
    const video = await test.ask('owner');
    const plain = await make('admin', { name: 'plain' });
    const powerful = await make('admin', { name: 'powerful', scopes: ['admin'] });
    expect(powerful.key.scopes).toEqual(['read', 'create', 'admin']);
    const status = async (secret: string, path: string) => (await use(secret, 'GET', path)).status;
    expect([await status(plain.secret, `/api/videos/${video.id}`), await status(plain.secret, '/api/people')]).toEqual([
      404, 403,
    ]);
    expect([
      await status(powerful.secret, `/api/videos/${video.id}`),
      await status(powerful.secret, '/api/people'),
      await status(powerful.secret, '/api/settings/providers'),
    ]).toEqual([200, 200, 200]);
  });

  it('cannot be given more than its maker may, nor a limit by who is no admin', async () => {
    expect((await make('owner', { name: 'x', scopes: ['admin'] })).error).toMatchObject({ param: 'scopes' });
    expect((await make('viewer', { name: 'x' })).error.message).toBe(
      'scopes: your role is viewer, and may not give the scope create',
    );
    expect((await make('viewer', { name: 'x', scopes: ['read'] })).status).toBe(201);
    expect((await make('owner', { name: 'x', creates_per_minute: 5 })).status).toBe(403);
    expect((await make('admin', { name: 'x', creates_per_minute: 5 })).key.creates_per_minute).toBe(5);
  });

  it.each<[body: object, param: string]>([
    [{}, 'name'],
    [{ name: '  ' }, 'name'],
    [{ name: 'x', scopes: [] }, 'scopes'],
    [{ name: 'x', scopes: ['write'] }, 'scopes.0'],
    [{ name: 'x', expires_at: '2020-01-01T00:00:00Z' }, 'expires_at'],
    [{ name: 'x', expires_at: 'tomorrow' }, 'expires_at'],
    [{ name: 'x', secret: 'dk_mine' }, 'secret'],
  ])('%j is refused, and the field is named', async (body, param) => {
    const { status, error } = await make('owner', body);
    expect([status, error.param]).toEqual([400, param]);
  });

  it('cannot make or revoke keys by itself', async () => {
    const { key, secret } = await make('owner', { name: 'leaked' });
    expect((await use(secret, 'POST', '/api/keys', { name: 'heir' })).status).toBe(403);
    expect((await use(secret, 'DELETE', `/api/keys/${key.id}`)).status).toBe(403);
  });

  it('of everybody is seen, and revoked, by an admin alone', async () => {
    const { key, secret } = await make('owner', { name: 'found on a laptop' });
    expect((await test.call('other', 'GET', '/api/keys?owner=owner')).status).toBe(403);
    expect((await test.call('other', 'GET', '/api/keys?owner=*')).status).toBe(403);
    expect((await list('admin', '?owner=*')).some(({ id }) => id === key.id)).toBe(true);
    expect((await test.call('admin', 'DELETE', `/api/keys/${key.id}`)).status).toBe(204);
    expect((await use(secret, 'GET', '/v1/videos')).status).toBe(401);
  });

  describe('with a limit', () => {
    it('asks for so many clips in a minute, and is told when to come back', async () => {
      const { secret } = await make('admin', { name: 'slow', creates_per_minute: 2 });
      const create = () => use(secret, 'POST', '/v1/videos', { prompt: 'a fox' });
      const first = await create();
      expect([first.status, first.headers.get('x-ratelimit-remaining-requests')]).toEqual([200, '1']);
      expect((await create()).status).toBe(200);
      const refused = await create();
      expect([refused.status, ((await refused.json()) as Made).error.code]).toEqual([429, 'rate_limit_exceeded']);
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(60);
      expect((await use(secret, 'GET', '/v1/videos')).status).toBe(200);
    });

    it('counts every take of a shot, and none that is only repeated', async () => {
      const { secret } = await make('admin', { name: 'shots', creates_per_minute: 5 });
      const create = (count: number, key: string) =>
        test.call('anonymous', 'POST', '/api/videos', {
          headers: { authorization: `Bearer ${secret}`, 'idempotency-key': key },
          body: { prompt: 'a fox', count },
        });
      const left = async (answer: Promise<Response>) => (await answer).headers.get('x-ratelimit-remaining-requests');
      expect(await left(create(3, 'a'))).toBe('2');
      expect((await create(3, 'a')).headers.get('x-dailies-replayed')).toBe('true');
      expect(await left(create(1, 'b'))).toBe('1');
    });

    it('holds from many sides at once', async () => {
      const { secret } = await make('admin', { name: 'many', creates_per_minute: 7 });
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => use(secret, 'POST', '/v1/videos', { prompt: 'a fox' })),
      );
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(7);
    });

    it('of the installation holds for whoever has none of their own', async () => {
      test.api.settings.createsPerMinute = 1;
      const statuses = [];
      for (let i = 0; i < 2; i++)
        statuses.push((await test.call('other', 'POST', '/api/videos', { body: { prompt: 'x' } })).status);
      test.api.settings.createsPerMinute = null;
      expect(statuses).toEqual([202, 429]);
    });
  });
});
