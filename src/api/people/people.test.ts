import { beforeEach, describe, expect, it } from 'vitest';
import { type As, createTestApi, keys, type TestApi } from '#api/testing.ts';
import { openMemoryStore } from '#store/memory.ts';
import { testDatabases } from '#store/testing.ts';
import type { InviteView, PersonView, SessionView } from './wire.ts';

describe.each(testDatabases())('people in $name', ({ open }) => {
  let test: TestApi;
  let address = 0;
  beforeEach(async () => {
    const database = await open();
    test = await createTestApi({ store: openMemoryStore(), database, engine: false });
    return () => test.stop();
  });

  const page = { 'sec-fetch-site': 'same-origin' };
  type Answer = {
    status: number;
    body: Record<string, unknown> & { error: { code: string; message: string } };
    cookie: string;
  };
  async function ask(as: As, method: string, path: string, body?: unknown, cookie?: string): Promise<Answer> {
    const answer = await test.call(as, method, path, {
      ...(body !== undefined && { body }),
      ...(cookie && { headers: { cookie, ...page } }),
      from: `10.2.${address >> 8}.${address++ & 255}`,
    });
    const text = await answer.text();
    const set = answer.headers.getSetCookie().map((one) => one.split(';')[0]);
    return { status: answer.status, body: text ? JSON.parse(text) : {}, cookie: set.join('; ') };
  }
  const people = async () => (await ask('admin', 'GET', '/api/people')).body.people as PersonView[];
  const person = async (id: string) => (await people()).find((one) => one.id === id);

  async function invite(body: object): Promise<{ id: string; token: string }> {
    const made = await ask('admin', 'POST', '/api/invites', body);
    expect(made.status).toBe(201);
    const link = new URL(String(made.body.link));
    expect([link.origin, link.pathname, link.search]).toEqual(['http://dailies.test', '/join', '']);
    return { id: (made.body.invite as InviteView).id, token: link.hash.slice(1) };
  }
  const join = (token: string, more: object = {}) =>
    ask('anonymous', 'POST', '/api/join', { token, name: 'Eve', password: 'correct horse', ...more });
  const signIn = (email: string, password = 'correct horse', cookie?: string) =>
    ask('anonymous', 'POST', '/api/sign-in', { email, password }, cookie);

  describe('an invite', () => {
    it('lets one person in, once, with the role and address that it names', async () => {
      const { token } = await invite({ role: 'viewer', email: 'Eve@Example.com' });
      const offer = await ask('anonymous', 'POST', '/api/join/look', { token });
      expect(offer.body).toMatchObject({ role: 'viewer', email: 'eve@example.com' });
      const joined = await join(token, { email: 'other@example.com' });
      expect(joined.body.user).toMatchObject({ name: 'Eve', email: 'eve@example.com', role: 'viewer' });
      expect((await ask('anonymous', 'GET', '/api/videos', undefined, joined.cookie)).status).toBe(200);
      expect((await ask('anonymous', 'POST', '/api/videos', { prompt: 'x' }, joined.cookie)).status).toBe(403);
      expect((await join(token)).status).toBe(404);
      expect((await signIn('EVE@example.com')).status).toBe(200);
      const invites = (await ask('admin', 'GET', '/api/invites')).body.invites as InviteView[];
      expect(invites.map(({ state }) => state)).toEqual(['used']);
    });

    it('used from two sides at once makes one person', async () => {
      const { token } = await invite({ role: 'member' });
      const answers = await Promise.all(['a', 'b'].map((name) => join(token, { email: `${name}@example.com` })));
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 404]);
      expect((await people()).filter(({ name }) => name === 'Eve')).toHaveLength(1);
    });

    it('without an address wants one, and one that nobody has; it stays open until then', async () => {
      const { token } = await invite({ role: 'member' });
      expect((await join(token)).body.error).toMatchObject({ code: 'invalid_field', param: 'email' });
      expect((await join(token, { email: 'owner@example.com' })).body.error.code).toBe('email_taken');
      expect((await join(token, { email: 'eve@example.com' })).status).toBe(200);
    });

    it('opens nothing once it is taken back, has run out, or whoever made it is no admin any more', async () => {
      const back = await invite({ role: 'member' });
      expect((await ask('admin', 'DELETE', `/api/invites/${back.id}`)).status).toBe(204);
      expect((await ask('admin', 'DELETE', `/api/invites/${back.id}`)).status).toBe(404);
      expect((await join(back.token, { email: 'eve@example.com' })).status).toBe(404);
      const demoted = await invite({ role: 'admin' });
      await ask('admin', 'PATCH', '/api/people/owner', { role: 'admin' });
      await ask('owner', 'PATCH', '/api/people/admin', { role: 'member' });
      expect((await join(demoted.token, { email: 'eve@example.com' })).status).toBe(404);
    });

    it('keeps its token to itself', async () => {
      const { token } = await invite({ role: 'member' });
      expect(JSON.stringify((await ask('admin', 'GET', '/api/invites')).body)).not.toContain(token);
    });
  });

  describe('an admin', () => {
    it('changes a role, which holds at once, for keys too', async () => {
      expect((await ask('key', 'POST', '/api/videos', { prompt: 'x' })).status).toBe(202);
      expect((await ask('admin', 'PATCH', '/api/people/owner', { role: 'viewer' })).body).toMatchObject({
        role: 'viewer',
      });
      expect((await ask('owner', 'POST', '/api/videos', { prompt: 'x' })).status).toBe(403);
      expect((await ask('key', 'POST', '/api/videos', { prompt: 'x' })).status).toBe(403);
      expect((await ask('key', 'GET', '/api/videos')).status).toBe(200);
    });

    it('disables a person: sessions and keys end at once, and work again for whom is let in again', async () => {
      const cookie = await test.cookie('owner');
      expect((await ask('key', 'GET', '/api/videos')).status).toBe(200);
      await ask('admin', 'PATCH', '/api/people/owner', { disabled: true });
      expect((await ask('anonymous', 'GET', '/api/videos', undefined, cookie)).status).toBe(401);
      expect((await ask('key', 'GET', '/api/videos')).status).toBe(401);
      expect((await person('owner'))?.disabled_at).toEqual(expect.any(String));
      await ask('admin', 'PATCH', '/api/people/owner', { disabled: false });
      expect((await ask('key', 'GET', '/api/videos')).status).toBe(200);
      expect((await ask('anonymous', 'GET', '/api/videos', undefined, cookie)).status).toBe(401);
    });

    it('keeps the password of somebody disabled from opening anything', async () => {
      const { token } = await invite({ role: 'member', email: 'eve@example.com' });
      const { id } = (await join(token)).body.user as { id: string };
      await ask('admin', 'PATCH', `/api/people/${id}`, { disabled: true });
      expect((await signIn('eve@example.com')).body.error.code).toBe('wrong_credentials');
    });

    it('removes a person, whose videos stay', async () => {
      const video = await test.ask('owner');
      expect((await ask('admin', 'DELETE', '/api/people/owner')).status).toBe(204);
      expect(await person('owner')).toBeUndefined();
      expect((await ask('key', 'GET', '/api/videos')).status).toBe(401);
      expect((await ask('admin', 'GET', `/api/videos/${video.id}`)).status).toBe(200);
      const { token } = await invite({ role: 'member', email: 'owner@example.com' });
      expect((await join(token)).status).toBe(200);
    });

    it('cannot be the last one to go, not even when two go at once', async () => {
      for (const [method, body] of [
        ['PATCH', { role: 'member' }],
        ['PATCH', { disabled: true }],
        ['DELETE', undefined],
      ] as const) {
        expect((await ask('admin', method, '/api/people/admin', body)).body.error.code).toBe('last_admin');
      }
      await ask('admin', 'PATCH', '/api/people/owner', { role: 'admin' });
      const both = await Promise.all([
        ask('admin', 'PATCH', '/api/people/owner', { role: 'member' }),
        ask('owner', 'PATCH', '/api/people/admin', { role: 'member' }),
      ]);
      // Who comes second is the last one, or no admin any more.
      expect(both.map(({ status }) => status).sort()[0]).toBe(200);
      expect([403, 409]).toContain(both.map(({ status }) => status).sort()[1]);
    });
  });

  describe('a person of their own', () => {
    async function eve(): Promise<string> {
      const { token } = await invite({ role: 'member', email: 'eve@example.com' });
      return (await join(token)).cookie;
    }
    const change = (cookie: string, body: object) => ask('anonymous', 'POST', '/api/password', body, cookie);
    const status = async (cookie: string) => (await ask('anonymous', 'GET', '/api/videos', undefined, cookie)).status;

    it('changes the password: other sessions end, and this one gets a new id', async () => {
      const first = await eve();
      const second = (await signIn('eve@example.com')).cookie;
      expect((await change(second, { password: 'another one' })).body.error).toMatchObject({ param: 'current' });
      expect((await change(second, { current: 'wrong one', password: 'another one' })).body.error).toMatchObject({
        code: 'wrong_password',
      });
      const changed = await change(second, { current: 'correct horse', password: 'another one' });
      expect(changed.status).toBe(204);
      expect([await status(first), await status(second), await status(changed.cookie)]).toEqual([401, 401, 200]);
      expect((await signIn('eve@example.com')).status).toBe(401);
      expect((await signIn('eve@example.com', 'another one')).status).toBe(200);
    });

    it('may not guess the password for ever', async () => {
      const cookie = await eve();
      const statuses: number[] = [];
      for (let i = 0; i < 11; i++)
        statuses.push((await change(cookie, { current: 'wrong', password: 'long enough' })).status);
      expect([statuses[0], statuses.at(-1)]).toEqual([403, 429]);
    });

    it('sees where they are signed in, and ends what they do not know', async () => {
      const first = await eve();
      const second = (await signIn('eve@example.com')).cookie;
      const list = async (cookie: string) =>
        (await ask('anonymous', 'GET', '/api/sessions', undefined, cookie)).body.sessions as SessionView[];
      const sessions = await list(second);
      expect(sessions).toHaveLength(2);
      expect(sessions.filter(({ current }) => current)).toHaveLength(1);
      expect(sessions[0]?.address).toMatch(/^10\.2\./);
      expect(JSON.stringify(sessions)).not.toContain(second.split('=')[1]?.split('.')[0]);
      const other = sessions.find(({ current }) => !current);
      expect((await ask('owner', 'DELETE', `/api/sessions/${other?.id}`)).status).toBe(404);
      expect((await ask('anonymous', 'DELETE', `/api/sessions/${other?.id}`, undefined, second)).status).toBe(204);
      expect([await status(first), await status(second)]).toEqual([401, 200]);
      const third = (await signIn('eve@example.com')).cookie;
      await ask('anonymous', 'DELETE', '/api/sessions', undefined, third);
      expect([await status(second), await status(third)]).toEqual([401, 200]);
    });

    it('gets a new session with every sign-in, and the old one of that browser ends', async () => {
      const before = await eve();
      const after = (await signIn('eve@example.com', undefined, before)).cookie;
      expect(after).not.toBe(before);
      expect([await status(before), await status(after)]).toEqual([401, 200]);
    });

    it('who came by the link of the terminal chooses a password once', async () => {
      const first = await ask('admin', 'POST', '/api/password', { password: 'long enough' });
      expect(first.body.error).toMatchObject({ param: 'email' });
      const body = { password: 'long enough', email: 'boss@example.com' };
      expect((await ask('admin', 'POST', '/api/password', body)).status).toBe(204);
      expect((await signIn('boss@example.com', 'long enough')).status).toBe(200);
      expect((await ask('admin', 'POST', '/api/password', body)).body.error).toMatchObject({ param: 'current' });
    });
  });

  it('tries at one password are counted over all addresses', async () => {
    const statuses: number[] = [];
    for (let i = 0; i < 21; i++) statuses.push((await signIn('boss@example.com', 'wrong')).status);
    expect([statuses.filter((status) => status === 401).length, statuses.at(-1)]).toEqual([20, 429]);
  });

  it('what a key may not, its secret says nowhere', async () => {
    for (const [method, path] of [
      ['GET', '/api/sessions'],
      ['POST', '/api/password'],
    ] as const) {
      const answer = await ask('admin key', method, path, method === 'POST' ? { password: 'long enough' } : undefined);
      expect(answer.body.error.code).toBe('people_only');
      expect(JSON.stringify(answer.body)).not.toContain(keys['admin key']);
    }
  });
});
