import OpenAI from 'openai';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Endpoint } from '#engine/webhooks.ts';
import { openJobs } from '#store/jobs.ts';
import { createSeal } from '#store/settings/seal.ts';
import { addUser, testDatabases } from '#store/testing.ts';
import { openWebhooks } from '#store/webhooks/endpoints.ts';
import { openDeliveryQueue } from '#store/webhooks/queue.ts';
import { actor, endAll, ended, hurry, log, patience, receiver, world } from './testing.ts';

afterEach(endAll);

describe.each(testDatabases())('webhooks on $name', { timeout: 60_000 }, ({ name, open }) => {
  it('make the first jobs in the same breath as their schema', async () => {
    const database = await open();
    await database.query('drop schema if exists dailies_jobs cascade');
    const { queue, make, cancel } = await world(database);
    const { endpoint } = await make('https://example.com/');
    await cancel();
    await vi.waitFor(async () => expect((await queue.fill()).read).toBeGreaterThan(0), patience);
    const jobs = await database.query('select data from dailies_jobs.job where group_id = $1', [endpoint.id]);
    expect(jobs).toHaveLength(1);
  });

  it('arrive as the published SDK verifies them, once for each move to an end', async () => {
    const their = await receiver();
    const { running, claimed, save, webhooks, make, endpoints, cancel, ask } = await world(await open());
    await cancel();
    const { secret, endpoint } = await make(their.url());
    webhooks.start();
    const done = await running();
    await save(await claimed(done), 'storing', { event: 'rendered', next: new Date() });
    await save(await claimed(done), 'completed', { event: 'stored', next: null });
    const canceled = await cancel();
    await ask();
    await vi.waitFor(() => expect(their.received).toHaveLength(2), patience);
    const client = new OpenAI({ apiKey: 'x', webhookSecret: secret });
    const events = await Promise.all(
      their.received.map(({ body, headers }) => client.webhooks.unwrap(body, headers as Record<string, string>)),
    );
    const told = events.map(
      (event) => event as unknown as { id: string; type: string; data: object; created_at: number },
    );
    expect(told.map(({ type, data }) => ({ type, data })).sort((a, b) => (a.type < b.type ? -1 : 1))).toEqual([
      { type: 'video.completed', data: { id: done } },
      { type: 'video.failed', data: { id: canceled } },
    ]);
    for (const [place, event] of told.entries()) {
      expect(event).toMatchObject({ object: 'event', id: expect.stringMatching(/^evt_[0-9a-f]{32}$/) });
      expect(Math.abs(event.created_at - Date.now() / 1_000)).toBeLessThan(60);
      expect(their.received[place]?.headers['webhook-id']).toBe(event.id);
    }
    await expect(
      client.webhooks.unwrap(`${their.received[0]?.body} `, their.received[0]?.headers as never),
    ).rejects.toThrow();
    await vi.waitFor(
      async () =>
        expect((await endpoints.deliveries(endpoint.id, 'ada', { limit: 10 }))?.map(({ state }) => state)).toEqual([
          'delivered',
          'delivered',
        ]),
      patience,
    );
  });

  it('come again under the same id until they arrive, and say when', async () => {
    const their = await receiver((response) => response.writeHead(503).end('<b>busy</b>'));
    const { database, webhooks, make, logOf, cancel } = await world(await open());
    const { endpoint } = await make(their.url());
    webhooks.start();
    await cancel();
    await vi.waitFor(async () => expect((await logOf(endpoint))[0]?.tries).toBe(1), patience);
    const [failed] = await logOf(endpoint);
    expect(failed).toMatchObject({ state: 'pending', lastStatus: 503, lastAnswer: '<b>busy</b>' });
    const waitMs = Number(failed?.nextAt) - Number(failed?.lastAt);
    expect(waitMs).toBeGreaterThanOrEqual(4_900);
    expect(waitMs).toBeLessThan(20_000);
    their.answer = (response) => response.writeHead(204).end();
    await hurry(database);
    await vi.waitFor(async () => expect((await logOf(endpoint))[0]?.state).toBe('delivered'), patience);
    expect(new Set(their.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  });

  it('are signed with both secrets after a rotation, until the day is over', async () => {
    const their = await receiver();
    const { database, webhooks, make, cancel, endpoints } = await world(await open());
    const { endpoint, secret: first } = await make(their.url());
    const rotated = await endpoints.rotate(endpoint.id, 'ada', 86_400_000, actor);
    webhooks.start();
    await cancel();
    await vi.waitFor(() => expect(their.received).toHaveLength(1), patience);
    const opens = (secret: string, n: number) =>
      new OpenAI({ apiKey: 'x' }).webhooks
        .unwrap(their.received[n]?.body ?? '', their.received[n]?.headers as never, secret)
        .then(
          () => true,
          () => false,
        );
    expect([await opens(first, 0), await opens(rotated?.secret ?? '', 0)]).toEqual([true, true]);
    await database.query(`update webhook_endpoints set previous_until = now() - interval '1 second'`);
    await cancel();
    await vi.waitFor(() => expect(their.received).toHaveLength(2), patience);
    expect([await opens(first, 1), await opens(rotated?.secret ?? '', 1)]).toEqual([false, true]);
  });

  it('arrive after a kill between the move and the telling, and between the telling and its answer', async () => {
    const their = await receiver((response) => response.writeHead(500).end());
    const database = await open();
    const before = await world(database);
    const { endpoint } = await before.make(their.url());
    await before.cancel();
    // Killed: the move is saved, and nobody has read it.
    const killed = await world(database);
    const due = await vi.waitFor(async () => {
      await killed.queue.fill();
      const [taken] = await killed.queue.take(1, 1);
      if (!taken) throw new Error('nothing is due yet');
      return taken;
    }, patience);
    // Killed again: the job is begun, and nothing says how it ended.
    await database.query(`update dailies_jobs.job set started_on = now() - interval '1 hour' where state = 'active'`);
    their.answer = (response) => response.end();
    const after = await world(database);
    await vi.waitFor(async () => {
      await after.webhooks.drain(1_000);
      await hurry(database);
      await database.query('update dailies_jobs.queue set monitor_on = null, monitor_claim_on = null');
      expect((await after.logOf(endpoint))[0]?.state).toBe('delivered');
    }, patience);
    expect(new Set(their.received.map(({ headers }) => headers['webhook-id']))).toEqual(new Set([due.eventId]));
  });

  it('have jobs again after a backup without any was restored', async () => {
    const their = await receiver();
    const database = await open();
    const before = await world(database);
    const { endpoint } = await before.make(their.url());
    await before.cancel();
    await before.queue.fill();
    await database.query('delete from dailies_jobs.job');
    const after = await world(database);
    after.webhooks.start();
    await vi.waitFor(async () => expect((await after.logOf(endpoint))[0]?.state).toBe('delivered'), patience);
  });

  it('are held while an endpoint that is gone is paused, and sent when it resumes', async () => {
    const their = await receiver((response) => response.writeHead(410).end());
    const { webhooks, make, cancel, logOf, endpoints, store } = await world(await open());
    const { endpoint } = await make(their.url());
    webhooks.start();
    await cancel();
    const now = async () => endpoints.get(endpoint.id, 'ada');
    await vi.waitFor(async () => expect(await now()).toMatchObject({ pausedWhy: 'gone', held: 1 }), patience);
    await cancel();
    await vi.waitFor(async () => expect((await now())?.held).toBe(2), patience);
    expect(their.received).toHaveLength(1);
    expect([await endpoints.paused(null), await endpoints.paused('ada'), await endpoints.paused('eve')]).toEqual([
      1, 1, 0,
    ]);
    expect((await store.audit({ type: 'webhook_paused', limit: 5 })).map(({ data }) => data)).toMatchObject([
      { webhook: endpoint.id, why: 'gone', owner: 'ada' },
    ]);
    their.answer = (response) => response.end();
    expect(await endpoints.resume(endpoint.id, 'ada', actor)).toMatchObject({ pausedAt: null, held: 0 });
    await vi.waitFor(
      async () => expect((await logOf(endpoint)).map(({ state }) => state)).toEqual(['delivered', 'delivered']),
      patience,
    );
  });

  it('pause an endpoint where nothing arrives for 72 hours, and give one delivery up after as long', async () => {
    const their = await receiver((response) => response.writeHead(500).end());
    const { database, webhooks, make, cancel, logOf, endpoints } = await world(await open());
    const { endpoint } = await make(their.url());
    webhooks.start();
    await cancel();
    await vi.waitFor(async () => expect((await logOf(endpoint))[0]?.tries).toBe(1), patience);
    await database.query('update webhook_deliveries set give_up_at = now()');
    await hurry(database);
    await vi.waitFor(
      async () => expect((await logOf(endpoint))[0]).toMatchObject({ state: 'failed', tries: 2 }),
      patience,
    );
    expect(await endpoints.get(endpoint.id, 'ada')).toMatchObject({ pausedAt: null, failingSince: expect.any(Date) });
    await database.query(`update webhook_endpoints set failing_since = now() - interval '73 hours'`);
    await cancel();
    await vi.waitFor(
      async () => expect(await endpoints.get(endpoint.id, 'ada')).toMatchObject({ pausedWhy: 'failing', held: 1 }),
      patience,
    );
  });

  it('are sent once more when somebody asks, under the same id', async () => {
    const their = await receiver();
    const { webhooks, make, cancel, logOf, endpoints } = await world(await open());
    const { endpoint } = await make(their.url());
    webhooks.start();
    await cancel();
    await vi.waitFor(async () => expect((await logOf(endpoint))[0]?.state).toBe('delivered'), patience);
    const [delivery] = await logOf(endpoint);
    expect(await endpoints.replay(endpoint.id, 'eve', delivery?.id ?? 0)).toBe(null);
    expect(await endpoints.replay(endpoint.id, 'ada', delivery?.id ?? 0)).toMatchObject({ state: 'pending' });
    await vi.waitFor(
      async () => expect((await logOf(endpoint))[0]).toMatchObject({ state: 'delivered', tries: 2 }),
      patience,
    );
    expect(their.received.map(({ headers }) => headers['webhook-id'])).toEqual([delivery?.eventId, delivery?.eventId]);
  });

  it('of one slow endpoint hold up no other', async () => {
    let underWay = 0;
    let most = 0;
    const slow = await receiver((response) => {
      underWay += 1;
      most = Math.max(most, underWay);
      response.once('close', () => {
        underWay -= 1;
      });
    });
    const quick = await receiver();
    const { webhooks, make, cancel, queue, logOf } = await world(await open());
    await make(slow.url());
    const { endpoint } = await make(quick.url());
    for (let n = 0; n < 20; n++) await cancel();
    await vi.waitFor(async () => {
      await queue.fill();
      expect(await logOf(endpoint)).toHaveLength(20);
    }, patience);
    webhooks.start();
    await vi.waitFor(() => expect(quick.received).toHaveLength(20), patience);
    expect(most).toBe(4);
    const startedMs = performance.now();
    await webhooks.stop();
    expect(performance.now() - startedMs).toBeLessThan(4_000);
  });

  it('tell an owner of his own videos, and an admin of everybody’s as long as he is one', async () => {
    const his = await receiver();
    const theirs = await receiver();
    const database = await open();
    await addUser(database, { id: 'boss', role: 'admin' });
    const { webhooks, make, cancel } = await world(database);
    await make(his.url());
    await make(theirs.url(), { ownerId: 'boss', all: true });
    webhooks.start();
    await cancel({ ownerId: 'eve' });
    await cancel();
    await vi.waitFor(() => expect([his.received.length, theirs.received.length]).toEqual([1, 2]), patience);
    await database.query(`update "user" set role = 'member' where id = 'boss'`);
    await cancel();
    await vi.waitFor(() => expect(his.received).toHaveLength(2), patience);
    expect(theirs.received).toHaveLength(2);
  });

  it('tell of progress in steps of 5 %, and of what needs attention, to those who ask', async () => {
    const their = await receiver();
    const { webhooks, make, running, looked, save, queue, clock: time } = await world(await open());
    await make(their.url(), { events: ['video.progress', 'video.attention'] });
    const id = await running();
    for (const progress of [5, 7, 12, 14]) {
      await save(await looked(id), 'running', { event: 'progress', data: { progress }, next: time.in(1_000) });
      // Read one by one.
      await vi.waitFor(async () => expect((await queue.fill()).read).toBeGreaterThan(0), patience);
    }
    await save(await looked(id), 'overdue', { event: 'overdue', next: time.in(1_000) });
    webhooks.start();
    await vi.waitFor(() => expect(their.received).toHaveLength(3), patience);
    const told = their.received.map(({ body }) => JSON.parse(body) as { type: string; data: object });
    expect(told.map(({ type, data }) => [type, data])).toEqual(
      expect.arrayContaining([
        ['video.progress', { id, progress: 5 }],
        ['video.progress', { id, progress: 12 }],
        ['video.attention', { id, reason: 'overdue' }],
      ]),
    );
  });

  it('go to no address inside, follow no redirect, and keep only the beginning of an answer', async () => {
    const inside = await receiver();
    const their = await receiver((response, { path }) => {
      if (path === '/moved') response.writeHead(302, { location: inside.url() }).end();
      else response.end(`<script>\u0000${'x'.repeat(100_000)}`);
    });
    const { webhooks, make, cancel, logOf } = await world(await open(), { allowHosts: [new URL(their.url()).host] });
    const moved = await make(their.url('/moved'));
    const long = await make(their.url('/long'));
    const port = new URL(inside.url()).port;
    const hostile = await Promise.all(
      ['127.0.0.1', '2130706433', '0x7f000001', '[::1]', '[::ffff:127.0.0.1]', 'localhost', '169.254.169.254'].map(
        (host) => make(`https://${host}:${port}/`),
      ),
    );
    const plain = await make('http://example.com/');
    webhooks.start();
    await cancel();
    const last = async ({ endpoint }: { endpoint: Endpoint }) => (await logOf(endpoint))[0];
    for (const one of [...hostile, plain]) {
      await vi.waitFor(async () => expect(await last(one)).toMatchObject({ tries: 1, lastStatus: null }), patience);
      expect((await last(one))?.lastError).toMatch(/^not sent: (the host has a|only https)/);
    }
    await vi.waitFor(async () => expect((await last(moved))?.lastStatus).toBe(302), patience);
    expect((await last(moved))?.lastError).toBe('it leads elsewhere; redirects are not followed');
    await vi.waitFor(async () => expect((await last(long))?.state).toBe('delivered'), patience);
    expect((await last(long))?.lastAnswer).toMatch(/^<script>x+$/);
    expect((await last(long))?.lastAnswer?.length).toBeLessThanOrEqual(2_048);
    expect(inside.received).toHaveLength(0);
  });

  it('leave no secret in the rows, and need the secret of the installation', async () => {
    const their = await receiver();
    const database = await open();
    const { make, endpoints } = await world(database);
    const { endpoint, secret } = await make(their.url());
    await endpoints.rotate(endpoint.id, 'ada', 60_000, actor);
    const rows = await database.query<{ row: string }>('select to_json(w)::text as row from webhook_endpoints w');
    const events = await database.query<{ row: string }>('select to_json(e)::text as row from events e');
    expect(JSON.stringify([rows, events])).not.toContain(secret.slice('whsec_'.length, -1));
    const other = await world(database, { secret: 't'.repeat(43) });
    expect(await other.endpoints.secrets(endpoint.id)).toEqual([]);
    other.webhooks.start();
    await other.cancel();
    await vi.waitFor(async () => expect((await other.logOf(endpoint))[0]?.lastError).toContain('rotate it'), patience);
    expect(their.received).toHaveLength(0);
    const resealing = openWebhooks(database, createSeal('t'.repeat(43), ['s'.repeat(43)]));
    expect(await resealing.reseal()).toBe(1);
    expect(await other.endpoints.secrets(endpoint.id)).toContain(secret);
  });

  it('are forgotten after thirty days', async () => {
    const their = await receiver();
    const { database, make, cancel, logOf, queue } = await world(await open());
    const { endpoint } = await make(their.url());
    await cancel();
    await cancel();
    await queue.fill();
    await database.query(`update webhook_deliveries set at = now() - interval '31 days'
      where id = (select min(id) from webhook_deliveries)`);
    await queue.tidy();
    expect(await logOf(endpoint)).toHaveLength(1);
    await database.query(`update webhook_deliveries set at = now() - interval '31 days'`);
    const asker = await openJobs(database, { works: false, log });
    await asker.send('webhook-retention', {});
    const keeper = openDeliveryQueue(database, { seal: createSeal('s'.repeat(43)), log, works: true });
    ended.push(
      () => keeper.stop(),
      () => asker.stop({ graceful: false, close: false, timeout: 1_000 }),
    );
    await keeper.fill();
    expect(await database.query('select cron from dailies_jobs.schedule')).toEqual([{ cron: '17 3 * * *' }]);
    await vi.waitFor(async () => expect(await logOf(endpoint)).toHaveLength(0), patience);
  });

  it(`begin with the first endpoint on ${name}, not with what was before`, async () => {
    const { cancel, make, queue, logOf } = await world(await open());
    await cancel();
    const { endpoint } = await make('https://example.com/hook');
    await queue.fill();
    expect(await logOf(endpoint)).toEqual([]);
  });
});
