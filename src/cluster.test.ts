import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type Started, start } from './process-testing.ts';

const postgres = inject('postgresUrl');

describe.runIf(postgres)('two servers and a worker on one PostgreSQL', () => {
  const dir = mkdtempSync(join(tmpdir(), 'dailies-cluster-'));
  const schema = `cluster_${randomBytes(6).toString('hex')}`;
  let servers: Started[];
  let worker: Started;

  beforeAll(async () => {
    const env = { DAILIES_DATA_DIR: dir, DATABASE_URL: postgres ?? '', DAILIES_DB_SCHEMA: schema };
    servers = [1, 2].map(() => start('server', { ...env, DAILIES_ROLE: 'web' }));
    worker = start('worker', env);
    await Promise.all([...servers, worker].map((one) => one.ready()));
  }, 60_000);
  afterAll(async () => {
    await Promise.all([...servers, worker].map((one) => one.stop()));
    const client = new pg.Client({ connectionString: postgres ?? '' });
    await client.connect();
    await client.query(`drop schema if exists ${schema} cascade`);
    await client.end();
    rmSync(dir, { recursive: true, force: true });
  });

  it('share one key, one admin, and the videos; what one is asked, the other tells live', async () => {
    const [first = '', second = ''] = await Promise.all(servers.map((one) => one.ready()));
    const headers = { authorization: `Bearer ${readFileSync(join(dir, 'api-key'), 'utf8').trim()}` };
    const stream = await fetch(`${second}/api/events`, { headers });
    const answer = await fetch(`${first}/api/videos`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify({ prompt: 'a red fox in snow [render:1]', size: '320x180' }),
    });
    const { videos } = (await answer.json()) as { videos: { id: string }[] };
    expect(answer.status).toBe(202);
    let told = '';
    const decoder = new TextDecoder();
    for await (const chunk of stream.body ?? []) {
      told += decoder.decode(chunk, { stream: true });
      if (told.includes('"state":"completed"')) break;
    }
    const content = await fetch(`${second}/api/videos/${videos[0]?.id}/content`, { headers });
    expect([content.status, content.headers.get('content-type')]).toEqual([200, 'video/mp4']);
    await content.body?.cancel();
    const events = await fetch(`${first}/api/videos/${videos[0]?.id}/events`, { headers });
    const { events: timeline } = (await events.json()) as { events: { type: string }[] };
    expect(timeline.filter((event) => event.type === 'submitting')).toHaveLength(1);
  }, 60_000);

  it('stop by themselves', async () => {
    for (const one of [...servers, worker]) {
      // Who does not cuts itself off, and says so, after less than the five seconds that we promise.
      one.child.kill('SIGTERM');
      expect(await one.exit).toBe(0);
      expect(one.output()).not.toContain('did not stop in time');
    }
  }, 60_000);
});
