import { randomUUID } from 'node:crypto';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import { createTestApi, type TestApi } from '#api/testing.ts';
import type { Database } from '#store/database/database.ts';
import { openPostgres } from '#store/database/postgres.ts';
import { openMemoryStore } from '#store/memory.ts';
import { migrate } from '#store/migrate.ts';
import { type FaultProxy, openProxy } from './proxy.ts';

const url = inject('postgresUrl');
let line: FaultProxy;
let database: Database;
let test: TestApi;

beforeEach(async () => {
  const direct = new URL(url ?? '');
  line = await openProxy({ host: direct.hostname, port: Number(direct.port || 5432) });
  direct.host = `127.0.0.1:${line.port}`;
  const schema = `line_${randomUUID().replaceAll('-', '')}`;
  database = await openPostgres({ url: direct.href, schema, poolSize: 2 });
  await migrate(database);
  test = await createTestApi({ store: openMemoryStore(), database, engine: false });
});
afterEach(async () => {
  line.set({ kind: 'clear' });
  await test.stop();
  await database.query(`drop schema ${database.schema} cascade`);
  await database.close();
  await line.close();
});

const change = { current: 'correct horse', password: 'another horse' };

describe.runIf(url)('while the line to PostgreSQL is down, whoever is signed in', () => {
  it.each([
    ['asks', 'GET', '/api/videos', undefined],
    ['asks who they are', 'GET', '/api/session', undefined],
    ['lists their sessions', 'GET', '/api/sessions', undefined],
    ['changes their password', 'POST', '/api/password', change],
    ['signs out', 'POST', '/api/sign-out', undefined],
  ])('%s: is told to come back, stays signed in, and no token is logged', async (_what, method, path, body) => {
    const cookie = await test.cookie('owner');
    const [, token = 'none'] = /session_token=(\w+)/.exec(cookie) ?? [];
    const warned = vi.spyOn(test.system.log, 'warn');
    line.set({ kind: 'down' });
    line.reset();
    const headers = { cookie };
    const answer = await test.call('owner', method, path, { body, headers });
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '2']);
    expect(await answer.json()).toMatchObject({ error: { code: 'unavailable' } });
    expect(cookie).toContain(token);
    expect(inspect([test.errors, warned.mock.calls], { depth: 9 })).not.toContain(token);
    line.set({ kind: 'clear' });
    expect((await test.call('anonymous', 'GET', '/api/session', { headers })).status).toBe(200);
  });
});
