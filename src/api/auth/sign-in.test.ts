import { afterEach, describe, expect, it } from 'vitest';
import { createTestApi, type TestApi } from '#api/testing.ts';
import { openMemoryStore } from '#store/memory.ts';

let test: TestApi;
afterEach(() => test.stop());

const credentials = { email: 'boss@example.com', password: 'correct horse' };

async function withAdmin() {
  test = await createTestApi({ store: openMemoryStore(), engine: false, withoutPassword: false });
  await test.api.accounts.makeAdmin(credentials);
}

const signIn = (from: string, password = credentials.password, headers = {}) =>
  test.call('anonymous', 'POST', '/api/sign-in', { body: { email: credentials.email, password }, from, headers });

const cookieOf = (answer: Response) =>
  answer.headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ');

describe('sign-in', () => {
  it('sets a cookie that opens the API, for a plain http address too', async () => {
    await withAdmin();
    const answer = await signIn('10.0.0.1');
    expect(await answer.json()).toEqual({
      user: { id: 'admin', name: 'Admin', email: credentials.email, role: 'admin' },
    });
    const [cookie = ''] = answer.headers.getSetCookie();
    expect(cookie).toMatch(/HttpOnly; SameSite=Lax$/);
    expect(cookie).not.toContain('Secure');
    const session = await test.call('anonymous', 'GET', '/api/session', { headers: { cookie: cookieOf(answer) } });
    expect(await session.json()).toMatchObject({
      user: { role: 'admin' },
      url: 'http://dailies.test',
      api_key: 'dk_first',
      connected: true,
      first_run: true,
    });
  });

  it('gives each client its own number of tries', async () => {
    await withAdmin();
    const statuses: number[] = [];
    for (let i = 0; i < 7; i++) statuses.push((await signIn('10.0.1.1', 'wrong')).status);
    expect(statuses.slice(0, 5)).toEqual(Array(5).fill(401));
    expect(statuses.slice(5)).toEqual([429, 429]);
    const last = await signIn('10.0.1.1');
    expect([last.status, Number(last.headers.get('retry-after')) > 0]).toEqual([429, true]);
    for (let i = 2; i < 5; i++) expect((await signIn(`10.0.1.${i}`, 'wrong')).status).toBe(401);
  });

  it('does not let a client choose its address, unless a proxy is trusted', async () => {
    await withAdmin();
    for (let i = 0; i < 5; i++) await signIn('10.0.2.1', 'wrong', { 'x-forwarded-for': `10.9.0.${i}` });
    expect((await signIn('10.0.2.1', 'wrong', { 'x-forwarded-for': '10.9.1.1' })).status).toBe(429);
    test.api.settings.trustedProxies = 1;
    expect((await signIn('10.0.2.1', 'wrong', { 'x-forwarded-for': 'lie, 10.9.1.2' })).status).toBe(401);
  });

  it('says the same of a wrong password and of an unknown address', async () => {
    await withAdmin();
    const wrong = await signIn('10.0.3.1', 'wrong');
    const body = { email: 'nobody@example.com', password: 'wrong' };
    const unknown = await test.call('anonymous', 'POST', '/api/sign-in', { body, from: '10.0.3.2' });
    expect([wrong.status, await wrong.json()]).toEqual([unknown.status, await unknown.json()]);
    expect(test.errors).toEqual([]);
  });

  it('ends with sign-out, on the server too', async () => {
    await withAdmin();
    const cookie = cookieOf(await signIn('10.0.4.1'));
    const headers = { cookie, 'sec-fetch-site': 'same-origin' };
    expect((await test.call('anonymous', 'POST', '/api/sign-out', { headers })).status).toBe(204);
    expect((await test.call('anonymous', 'GET', '/api/session', { headers })).status).toBe(401);
  });

  it('offers no way to sign up, and none of the routes of the library', async () => {
    await withAdmin();
    for (const path of ['/api/auth/sign-up/email', '/api/auth/sign-in/email', '/api/auth/ok', '/api/sign-up']) {
      const answer = await test.call('anonymous', 'POST', path, { body: { ...credentials, name: 'x' } });
      expect(answer.status).toBe(401);
    }
  });
});

describe('a signed-in browser', () => {
  it.each<[what: string, headers: Record<string, string>, status: number]>([
    ['from our own page', { 'sec-fetch-site': 'same-origin' }, 202],
    ['from a neighbour on another port', { 'sec-fetch-site': 'same-site', origin: 'http://dailies.test:4000' }, 403],
    ['from a foreign page', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }, 403],
    ['without Sec-Fetch-Site, from our own origin', { origin: 'http://dailies.test' }, 202],
    ['without Sec-Fetch-Site, from a foreign origin', { origin: 'http://evil.example' }, 403],
    ['without Sec-Fetch-Site, from a sandboxed page', { origin: 'null' }, 403],
    ['without any word of its origin', {}, 403],
  ])('%s', async (_what, headers, status) => {
    test = await createTestApi({ store: openMemoryStore(), engine: false });
    await test.api.accounts.makeAdmin(null);
    const cookie = (await test.api.accounts.openSession('admin')).cookies.map((one) => one.split(';')[0]).join('; ');
    const answer = await test.call('anonymous', 'POST', '/api/videos', {
      body: { prompt: 'x' },
      headers: { cookie, ...headers },
    });
    expect(answer.status).toBe(status);
  });

  it('is not signed in by a form of a foreign page', async () => {
    await withAdmin();
    expect((await signIn('10.0.5.1', credentials.password, { origin: 'http://evil.example' })).status).toBe(403);
  });
});

describe('the first run', () => {
  it('on loopback: the link signs in once, without a form', async () => {
    test = await createTestApi({ store: openMemoryStore(), engine: false, withoutPassword: true });
    const link = new URL((await test.api.firstRun.link('http://dailies.test')) ?? '');
    const answer = await test.call('anonymous', 'GET', link.pathname + link.search);
    expect([answer.status, answer.headers.get('location')]).toEqual([302, '/']);
    const session = await test.call('anonymous', 'GET', '/api/session', { headers: { cookie: cookieOf(answer) } });
    expect(session.status).toBe(200);
    const again = await test.call('anonymous', 'GET', link.pathname + link.search);
    expect([again.headers.get('location'), again.headers.getSetCookie()]).toEqual(['/sign-in?link=used', []]);
  });

  it('on loopback: a link that was printed before a password was chosen opens nothing', async () => {
    test = await createTestApi({ store: openMemoryStore(), engine: false, withoutPassword: true });
    const link = new URL((await test.api.firstRun.link('http://dailies.test')) ?? '');
    await test.api.accounts.makeAdmin(credentials);
    const answer = await test.call('anonymous', 'GET', link.pathname + link.search);
    expect([answer.headers.get('location'), answer.headers.getSetCookie()]).toEqual(['/sign-in?link=used', []]);
    expect(await test.api.firstRun.link('http://dailies.test')).toBeNull();
  });

  it('elsewhere: the link leads to a form that asks for a password, once', async () => {
    test = await createTestApi({ store: openMemoryStore(), engine: false, withoutPassword: false });
    const link = new URL((await test.api.firstRun.link('http://dailies.test')) ?? '');
    expect(link.pathname).toBe('/sign-in');
    const token = link.searchParams.get('first') ?? '';
    const opened = await test.call('anonymous', 'GET', `/api/first?token=${token}`);
    expect([opened.headers.get('location'), opened.headers.getSetCookie()]).toEqual([`/sign-in?first=${token}`, []]);
    const body = { token, ...credentials };
    const answers = await Promise.all([1, 2].map(() => test.call('anonymous', 'POST', '/api/first', { body })));
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, 403]);
    expect((await signIn('10.0.6.1')).status).toBe(200);
    expect(await test.api.firstRun.link('http://dailies.test')).toBeNull();
  });

  it('makes one admin, however many ask at once, and never changes its password', async () => {
    test = await createTestApi({ store: openMemoryStore(), engine: false });
    expect(await test.api.accounts.makeAdmin(null)).toBe('made');
    expect(await test.api.accounts.makeAdmin(credentials)).toBe('made');
    expect(await test.api.accounts.makeAdmin({ email: 'thief@example.com', password: 'another one' })).toBe('taken');
    expect((await signIn('10.0.7.1')).status).toBe(200);
  });
});
