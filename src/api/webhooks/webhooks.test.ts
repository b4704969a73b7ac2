import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type As, createTestApi, type TestApi } from '#api/testing.ts';
import { openMemoryStore } from '#store/memory.ts';
import type { Delivery, Webhook } from './wire.ts';

const url = 'https://example.com/hook?token=of-theirs';

let test: TestApi;
beforeAll(async () => {
  test = await createTestApi({ store: openMemoryStore(), engine: false });
});
afterAll(() => test.stop());

async function call(as: As, method: string, path = '', body?: object) {
  const answer = await test.call(as, method, `/api/webhooks${path}`, body ? { body } : {});
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, body: text ? JSON.parse(text) : null };
}
async function make(as: As = 'owner', more: object = {}): Promise<{ webhook: Webhook; secret: string }> {
  const { status, body } = await call(as, 'POST', '', { url, ...more });
  if (status !== 201) throw new Error(`not made: ${status} ${JSON.stringify(body)}`);
  return body;
}

describe('webhooks over HTTP', () => {
  it('show a secret once, and name what was left out', async () => {
    const { webhook, secret } = await make();
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]+=*$/);
    expect(webhook).toMatchObject({
      name: 'example.com',
      url,
      events: ['video.completed', 'video.failed'],
      all: false,
      state: 'on',
      held: 0,
      previous_secret_until: null,
    });
    const { body } = await call('owner', 'GET');
    expect(body.webhooks).toContainEqual(webhook);
    expect(JSON.stringify(body)).not.toContain(secret);
  });

  it('belong to their owner: for anybody else, an admin too, there is none', async () => {
    const { webhook } = await make();
    const { body: tested } = await call('owner', 'POST', `/${webhook.id}/test`, {});
    for (const as of ['other', 'admin'] as const) {
      expect((await call(as, 'GET')).body.webhooks).not.toContainEqual(expect.objectContaining({ id: webhook.id }));
      const asked: [string, string, object?][] = [
        ['PATCH', '', { name: 'mine' }],
        ['DELETE', ''],
        ['POST', '/rotate', {}],
        ['POST', '/test', {}],
        ['POST', '/resume', {}],
        ['GET', '/deliveries'],
        ['POST', `/deliveries/${tested.id}/replay`, {}],
      ];
      for (const [method, path, body] of asked) {
        expect([method, path, (await call(as, method, `/${webhook.id}${path}`, body)).status]).toEqual([
          method,
          path,
          404,
        ]);
      }
    }
    expect((await call('owner', 'DELETE', `/${webhook.id}`)).status).toBe(204);
  });

  it('say which field breaks which rule', async () => {
    const refused = async (body: object, as: As = 'owner') => {
      const { status, body: answer } = await call(as, 'POST', '', body);
      return [status, answer.error.param, answer.error.message];
    };
    expect(await refused({})).toEqual([400, 'url', expect.any(String)]);
    expect(await refused({ url: 'ftp://example.com' })).toEqual([400, 'url', expect.stringContaining('https://')]);
    expect(await refused({ url: 'http://example.com' })).toEqual([400, 'url', 'url must begin with https://']);
    expect(await refused({ url: 'https://a:b@example.com' })).toEqual([
      400,
      'url',
      expect.stringContaining('password'),
    ]);
    expect(await refused({ url: 'https://169.254.169.254/' })).toEqual([
      400,
      'url',
      expect.stringContaining('linkLocal'),
    ]);
    expect(await refused({ url: 'https://[::1]/' })).toEqual([400, 'url', expect.stringContaining('loopback')]);
    expect(await refused({ url, events: [] })).toEqual([400, 'events', expect.any(String)]);
    expect((await refused({ url, events: ['video.deleted'] }))[0]).toBe(400);
    expect(await refused({ url, name: ' ' })).toEqual([400, 'name', expect.any(String)]);
    expect((await refused({ url, owner_id: 'other' }))[0]).toBe(400);
    expect(await refused({ url, all: true })).toEqual([403, 'all', expect.stringContaining('admin')]);
    expect((await call('viewer', 'POST', '', { url })).status).toBe(403);
  });

  it('of everybody are for an admin', async () => {
    expect((await make('admin', { all: true })).webhook.all).toBe(true);
  });

  it('are changed in what is given, and nothing else', async () => {
    const { webhook } = await make();
    const { body } = await call('owner', 'PATCH', `/${webhook.id}`, { events: ['video.progress', 'video.progress'] });
    expect(body).toEqual({ ...webhook, events: ['video.progress'] });
    expect((await call('owner', 'PATCH', `/${webhook.id}`, { url: 'http://10.0.0.1/' })).status).toBe(400);
  });

  it('rotate, and keep the secret before for a day unless that is not wanted', async () => {
    const { webhook, secret } = await make();
    const { body } = await call('owner', 'POST', `/${webhook.id}/rotate`, {});
    expect(body.secret).not.toBe(secret);
    const leftMs = Date.parse(body.webhook.previous_secret_until) - Date.now();
    expect(leftMs).toBeGreaterThan(86_000_000);
    const { body: again } = await call('owner', 'POST', `/${webhook.id}/rotate`, { keep_previous: false });
    expect(again.webhook.previous_secret_until).toBe(null);
  });

  it('are tested six times a minute, and the log has pages', async () => {
    const { webhook } = await make('other');
    const statuses: number[] = [];
    for (let n = 0; n < 7; n++) statuses.push((await call('other', 'POST', `/${webhook.id}/test`, {})).status);
    expect(statuses).toEqual([200, 200, 200, 200, 200, 200, 429]);
    const seen: Delivery[] = [];
    let after = '';
    do {
      const { body } = await call('other', 'GET', `/${webhook.id}/deliveries?limit=4${after && `&after=${after}`}`);
      seen.push(...body.deliveries);
      after = body.next;
    } while (after);
    expect(seen).toHaveLength(6);
    expect(seen[0]).toMatchObject({ type: 'webhook.test', state: 'delivered', last_status: 200, video_id: null });
    const { status, body } = await call('other', 'POST', `/${webhook.id}/deliveries/${seen[0]?.id}/replay`, {});
    expect([status, body.state]).toEqual([200, 'pending']);
    expect((await call('other', 'POST', `/${webhook.id}/deliveries/nonsense/replay`, {})).status).toBe(404);
  });

  it('are twenty at most', async () => {
    const statuses = new Set<number>();
    for (let n = 0; n < 21; n++) statuses.add((await call('owner', 'POST', '', { url })).status);
    expect([...statuses].at(-1)).toBe(409);
    expect((await call('owner', 'GET')).body.webhooks).toHaveLength(20);
  });
});
