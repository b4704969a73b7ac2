import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isLoopback, loadConfig } from '#config.ts';

const empty = mkdtempSync(join(tmpdir(), 'dailies-config-'));
const load = (env: Record<string, string>) => loadConfig(env, empty);

describe('configuration', () => {
  it('needs no variable', () => {
    const config = load({});
    expect(config).toMatchObject({ port: 3000, host: '127.0.0.1', appUrl: null, role: 'all', deadlineMs: 900_000 });
    expect(config.dataDir).toBe(join(empty, '.dailies'));
    expect(config.schedule).toBe('learned');
  });

  it('takes the environment before .env.local before .env', () => {
    const dir = mkdtempSync(join(tmpdir(), 'dailies-config-'));
    writeFileSync(join(dir, '.env'), 'PORT=1\nHOST=a\nLOG_LEVEL=warn\n');
    writeFileSync(join(dir, '.env.local'), 'PORT=2\nHOST=b\n');
    expect(loadConfig({ PORT: '3' }, dir)).toMatchObject({ port: 3, host: 'b', logLevel: 'warn' });
  });

  it('counts an empty value as unset', () => {
    expect(load({ PORT: '', APP_URL: ' ' })).toMatchObject({ port: 3000, appUrl: null });
  });

  it('lets NEXT_PUBLIC_APP_URL stand in for APP_URL', () => {
    expect(load({ NEXT_PUBLIC_APP_URL: 'https://a.example/' }).appUrl).toBe('https://a.example');
    expect(load({ NEXT_PUBLIC_APP_URL: 'https://a.example', APP_URL: 'https://b.example' }).appUrl).toBe(
      'https://b.example',
    );
  });

  it('reads durations, lists, proxies and schedules', () => {
    expect(load({ DAILIES_DEADLINE: '90s' }).deadlineMs).toBe(90_000);
    expect(load({ DAILIES_SCHEDULE: 'fixed:5s' }).schedule).toBe(5_000);
    expect(load({ DAILIES_TRUST_PROXY: 'true' }).trustedProxies).toBe(1);
    expect(load({ DAILIES_TRUST_PROXY: '2' }).trustedProxies).toBe(2);
    expect(load({ DAILIES_ALLOW_HOSTS: '10.0.0.7, gpu.lan' }).allowHosts).toEqual(['10.0.0.7', 'gpu.lan']);
  });

  it('reads limits per provider', () => {
    expect(load({}).limits).toEqual({});
    expect(load({ DAILIES_LIMITS: 'openai:slots=4,rpm=60; simulator:rpm=8;' }).limits).toEqual({
      openai: { slots: 4, requestsPerMinute: 60 },
      simulator: { slots: null, requestsPerMinute: 8 },
    });
  });

  it('shows no secret of a cron service', () => {
    expect(load({ CRON_SECRET: 'x' }).cronSecret).toBe('x');
    expect(load({}).cronSecret).toBeNull();
  });

  it.each([
    [
      'DAILIES_LIMITS',
      'openai',
      'DAILIES_LIMITS is "openai": it must be like openai:slots=4,rpm=60;simulator:slots=8.',
    ],
    ['DAILIES_LIMITS', 'openai:slots=0', 'DAILIES_LIMITS is "openai:slots=0": it must be like'],
    ['DAILIES_LIMITS', 'openai:slots=4,speed=9', 'DAILIES_LIMITS is "openai:slots=4,speed=9": it must be like'],
    ['DAILIES_LIMITS', 'a:rpm=1;a:rpm=2', 'DAILIES_LIMITS is "a:rpm=1;a:rpm=2": it must be like'],
    ['PORT', 'eighty', 'PORT is "eighty": it must be a whole number from 0 to 65535.'],
    ['PORT', '70000', 'PORT is "70000": it must be a whole number from 0 to 65535.'],
    ['APP_URL', 'clips.example.com', 'APP_URL is "clips.example.com": it must be an http:// or https:// address.'],
    ['DAILIES_ROLE', 'boss', 'DAILIES_ROLE is "boss": it must be all, web or worker.'],
    ['DAILIES_DEADLINE', '15', 'DAILIES_DEADLINE is "15": it must be a duration from 1s to 7d, for example 15m.'],
    ['DAILIES_SCHEDULE', '5s', 'DAILIES_SCHEDULE is "5s": it must be learned, or fixed: with a duration up to 1h'],
    ['DAILIES_TRUST_PROXY', 'maybe', 'DAILIES_TRUST_PROXY is "maybe": it must be true, false'],
    [
      'DAILIES_ALLOWED_ORIGINS',
      'https://a.example/x',
      'DAILIES_ALLOWED_ORIGINS is "https://a.example/x": it must be an origin',
    ],
    ['LOG_LEVEL', 'loud', 'LOG_LEVEL is "loud": it must be trace'],
    ['DAILIES_DB_SCHEMA', 'Robert"; drop', 'DAILIES_DB_SCHEMA is '],
    ['DAILIES_LEASE', '10s', 'DAILIES_LEASE is "10s": it must be longer than DAILIES_UPSTREAM_TIMEOUT (30000 ms).'],
  ])('says in one line what is wrong with %s=%s', (name, value, message) => {
    expect(() => load({ [name]: value })).toThrow(message);
  });

  it.each([
    ['DAILIES_SECRET', 'too-short-secret'],
    ['DATABASE_URL', 'mysql://root:hunter2@db/x'],
    ['DAILIES_API_KEY', 'sk-hunter2'],
  ])('never prints the value of %s', (name, value) => {
    const message = messageOf(() => load({ [name]: value }));
    expect(message).toContain(`${name} has a wrong value: it must`);
    expect(message).not.toContain(value);
    expect(message).not.toContain('\n');
  });

  it('wants the e-mail address and the password of the admin together', () => {
    expect(messageOf(() => load({ DAILIES_ADMIN_EMAIL: 'a@example.com' }))).toBe(
      'DAILIES_ADMIN_PASSWORD is not set: it must be set together with DAILIES_ADMIN_EMAIL.',
    );
  });
});

it.each([
  ['127.0.0.1', true],
  ['127.8.8.8', true],
  ['localhost', true],
  ['::1', true],
  ['0.0.0.0', false],
  ['192.168.1.4', false],
  ['127.evil.example', false],
])('%s is loopback: %s', (host, expected) => expect(isLoopback(host)).toBe(expected));

function messageOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return String((error as Error).message);
  }
  throw new Error('nothing was thrown');
}
