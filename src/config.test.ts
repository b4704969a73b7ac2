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

  it('reads a daily cap in dollars, 10 without one, and none', () => {
    expect(load({}).dailyCapMicroUsd).toBe(10_000_000);
    expect(load({ DAILIES_DAILY_CAP_USD: '2.50' }).dailyCapMicroUsd).toBe(2_500_000);
    expect(load({ DAILIES_DAILY_CAP_USD: '0' }).dailyCapMicroUsd).toBe(0);
    expect(load({ DAILIES_DAILY_CAP_USD: 'none' }).dailyCapMicroUsd).toBeNull();
    const rule = 'DAILIES_DAILY_CAP_USD is "-1": it must be dollars from 0 to 1000000, for example 10 or 2.50, or none';
    expect(() => load({ DAILIES_DAILY_CAP_USD: '-1' })).toThrow(rule);
    expect(() => load({ DAILIES_DAILY_CAP_USD: '1000001' })).toThrow('must be dollars');
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

describe('a bucket', () => {
  const keys = { S3_ACCESS_KEY_ID: 'id', S3_SECRET_ACCESS_KEY: 'secret' };
  it('is none unless it is named', () => expect(load({}).s3).toBeNull());

  it('of AWS needs its name alone', () => {
    expect(load({ S3_BUCKET: 'clips' }).s3).toEqual({
      bucket: 'clips',
      region: 'us-east-1',
      endpoint: null,
      publicEndpoint: null,
      credentials: null,
      forcePathStyle: false,
      prefix: '',
    });
  });

  it('of another store is part of the path', () => {
    const s3 = { S3_BUCKET: 'clips', S3_ENDPOINT: 'http://minio:9000/', S3_PREFIX: '/a/b/', ...keys };
    expect(load(s3).s3).toMatchObject({
      endpoint: 'http://minio:9000',
      credentials: { accessKeyId: 'id', secretAccessKey: 'secret' },
      forcePathStyle: true,
      prefix: 'a/b/',
    });
    expect(load({ ...s3, S3_FORCE_PATH_STYLE: 'false' }).s3?.forcePathStyle).toBe(false);
  });

  it.each<[Record<string, string>, string]>([
    [{ S3_ENDPOINT: 'http://minio:9000' }, 'S3_BUCKET is not set: it must be set together with S3_ENDPOINT.'],
    [
      { S3_BUCKET: 'clips', S3_ACCESS_KEY_ID: 'id' },
      'S3_SECRET_ACCESS_KEY is not set: it must be set together with S3_ACCESS_KEY_ID.',
    ],
    [{ S3_BUCKET: 'a b' }, 'S3_BUCKET is "a b": it must be the name of a bucket: letters, digits, dots, - and _.'],
    [
      { S3_BUCKET: 'clips', S3_ENDPOINT: 'minio' },
      'S3_ENDPOINT is "minio": it must be an http:// or https:// address.',
    ],
    [{ DAILIES_RETENTION_DAYS: '0' }, 'DAILIES_RETENTION_DAYS is "0": it must be a whole number from 1 to 36500.'],
  ])('of %j stops the start', (env, message) => expect(messageOf(() => load(env))).toBe(message));
});
