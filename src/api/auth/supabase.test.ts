import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestApi, type TestApi } from '#api/testing.ts';
import { openMemoryStore } from '#store/memory.ts';
import { testDatabases } from '#store/testing.ts';
import { createSupabase } from './supabase.ts';

const secret = 'a secret of the project, as long as it must be';
const ada = '0c6a1e36-6d5e-4c3e-9d0a-9d5b6d1f0a11';
const bob = '11111111-6d5e-4c3e-9d0a-9d5b6d1f0a11';

let pair: Awaited<ReturnType<typeof generateKeyPair>>;
let project: Server;
let url: string;
let test: TestApi;
let asked = 0;
beforeAll(async () => {
  pair = await generateKeyPair('ES256', { extractable: true });
  const jwk = { ...(await exportJWK(pair.publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' };
  project = createServer((request, response) => {
    asked += 1;
    if (request.url !== '/auth/v1/.well-known/jwks.json') return response.writeHead(404).end();
    return response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: [jwk] }));
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => project.once('listening', resolve));
  url = `http://127.0.0.1:${(project.address() as AddressInfo).port}`;
  const [database] = testDatabases();
  if (!database) throw new Error('no database');
  test = await createTestApi({
    store: openMemoryStore(),
    database: await database.open(),
    engine: false,
    supabase: (people) => createSupabase({ url, secret, join: true, people }),
  });
});
afterAll(async () => {
  await test.stop();
  project.close();
});

type Change = { claims?: JWTPayload; issuer?: string; audience?: string; expires?: string; kid?: string };
const token = ({ claims, issuer = `${url}/auth/v1`, audience = 'authenticated', expires = '1h' }: Change = {}) =>
  new SignJWT({ email: 'Ada@Example.com', role: 'authenticated', user_metadata: { name: 'Ada' }, ...claims })
    .setIssuer(issuer)
    .setAudience(audience)
    .setSubject(claims?.sub ?? ada)
    .setIssuedAt()
    .setExpirationTime(expires);
const byKey = (change: Change = {}) =>
  token(change)
    .setProtectedHeader({ alg: 'ES256', kid: change.kid ?? 'k1' })
    .sign(pair.privateKey);
const bySecret = (change: Change = {}, key = secret) =>
  token(change).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(key));

const get = async (headers: Record<string, string>, path = '/api/session') =>
  test.call('anonymous', 'GET', path, { headers });
const bearer = async (jwt: string) => (await get({ authorization: `Bearer ${jwt}` })).status;

describe('a token of Supabase', () => {
  it('opens the API as its person, who becomes a member at first sight', async () => {
    const answer = await get({ authorization: `Bearer ${await byKey()}` });
    expect(await answer.json()).toMatchObject({
      user: { id: ada, name: 'Ada', email: 'ada@example.com', role: 'member' },
    });
    expect(await bearer(await bySecret())).toBe(200);
    const { people } = (await (await test.call('admin', 'GET', '/api/people')).json()) as { people: { id: string }[] };
    expect(people.filter(({ id }) => id === ada)).toMatchObject([{ signs_in_by: 'supabase' }]);
  });

  it('opens it as a cookie too, for which a foreign page may change nothing', async () => {
    const cookie = `sb-access-token=${await byKey()}`;
    expect((await get({ cookie })).status).toBe(200);
    const create = (site: string) =>
      test.call('anonymous', 'POST', '/api/videos', {
        body: { prompt: 'x' },
        headers: { cookie, 'sec-fetch-site': site },
      });
    expect([(await create('same-origin')).status, (await create('cross-site')).status]).toEqual([202, 403]);
  });

  it('by Authorization needs no page', async () => {
    const headers = { authorization: `Bearer ${await byKey()}`, 'sec-fetch-site': 'cross-site' };
    expect((await test.call('anonymous', 'POST', '/api/videos', { body: { prompt: 'x' }, headers })).status).toBe(202);
  });

  it.each<[what: string, make: () => Promise<string>]>([
    ['that has run out', () => byKey({ expires: '-1m' })],
    ['of another issuer', () => byKey({ issuer: 'https://evil.example/auth/v1' })],
    ['for another audience', () => byKey({ audience: 'anon' })],
    ['of an anonymous visitor', () => byKey({ claims: { is_anonymous: true } })],
    ['whose subject is no person', () => byKey({ claims: { sub: 'admin' } })],
    [
      'signed by an unknown key',
      async () => {
        const other = await generateKeyPair('ES256');
        return token().setProtectedHeader({ alg: 'ES256', kid: 'k1' }).sign(other.privateKey);
      },
    ],
    ['signed by a key that the project does not name', () => byKey({ kid: 'k2' })],
    ['signed with another secret', () => bySecret({}, 'another secret, which is just as long as that')],
    // The oldest trick: the public key, which everybody knows, as if it were a shared secret.
    [
      'signed with the public key as a secret',
      async () => bySecret({}, JSON.stringify(await exportJWK(pair.publicKey))),
    ],
    [
      'without a signature',
      async () => {
        const [, payload] = (await byKey()).split('.');
        return `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`;
      },
    ],
    [
      'that was changed',
      async () =>
        (await byKey()).replace(/\.[^.]+\./, `.${Buffer.from(JSON.stringify({ sub: bob })).toString('base64url')}.`),
    ],
    ['that is none', async () => 'a.b.c'],
  ])('%s opens nothing', async (_what, make) => {
    expect(await bearer(await make())).toBe(401);
    expect((await get({ cookie: `sb-access-token=${await make()}` })).status).toBe(401);
  });

  it('does not become somebody who has its e-mail address', async () => {
    const claims = { sub: bob, email: 'owner@example.com' };
    const answer = await get({ authorization: `Bearer ${await byKey({ claims })}` });
    expect(await answer.json()).toMatchObject({ user: { id: bob, role: 'member' } });
  });

  it('of a person who is disabled, or was removed, opens nothing', async () => {
    const claims = { sub: bob, email: 'owner@example.com' };
    await test.call('admin', 'PATCH', `/api/people/${bob}`, { body: { disabled: true } });
    expect(await bearer(await byKey({ claims }))).toBe(401);
    await test.call('admin', 'DELETE', `/api/people/${bob}`);
    expect(await bearer(await byKey({ claims }))).toBe(401);
  });

  it('asks for the keys of the project once', () => {
    expect(asked).toBeLessThanOrEqual(2);
  });

  it('of somebody unknown opens nothing where nobody may join', async () => {
    const supabase = createSupabase({ url, secret, join: false, people: test.api.people });
    expect(
      await supabase.personOf(await byKey({ claims: { sub: '22222222-6d5e-4c3e-9d0a-9d5b6d1f0a11' } })),
    ).toBeNull();
    expect(await supabase.personOf(await byKey())).toMatchObject({ id: ada });
  });

  it('cannot be judged while the project is not to be reached: that is no 401', async () => {
    const away = createSupabase({ url: 'http://127.0.0.1:1', secret: null, join: true, people: test.api.people });
    await expect(away.personOf(await byKey({ issuer: 'http://127.0.0.1:1/auth/v1' }))).rejects.toMatchObject({
      status: 503,
    });
  });
});
