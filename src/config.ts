import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { z } from 'zod';

/** What an operator decides, read once at the start. Paths are absolute, durations milliseconds. */
export type Config = {
  port: number;
  host: string;
  /** The origin at which people reach us, without a trailing slash; null = whatever Host a request names. */
  appUrl: string | null;
  dataDir: string;
  /** Null = embedded PGlite in the data directory. */
  databaseUrl: string | null;
  databaseSchema: string;
  role: 'all' | 'web' | 'worker';
  /** Null = made once and kept in the data directory. */
  secret: string | null;
  /** Opens what it sealed, until that is sealed with the present one. */
  previousSecret: string | null;
  admin: { email: string; password: string } | null;
  apiKey: string | null;
  /** Null = tokens of Supabase open nothing. `join` = who was never seen becomes a member. */
  supabase: { url: string; secret: string | null; join: boolean } | null;
  openai: { baseUrl: string | null; apiKey: string | null };
  /** The key of a provider that a variable holds: every kind of provider names its own. */
  keyIn: (variable: string) => string | null;
  /** One's own models, and what one knows better about others. */
  modelsFile: string;
  /** A simulator that somebody else runs; null = our own child process. */
  simulatorUrl: string | null;
  /** Null = the catalogue's own; setting it counts as a person's choice. */
  defaultModel: string | null;
  deadlineMs: number;
  leaseMs: number;
  upstreamTimeoutMs: number;
  maxRunningPerOwner: number;
  maxQueuedPerOwner: number;
  /** Clips that one key, or one person in the studio, may ask for in a minute; null = no limit. */
  createsPerMinute: number | null;
  /** Millionths of a US dollar that an owner may spend on one UTC day, until an admin says otherwise; null = no cap. */
  dailyCapMicroUsd: number | null;
  /** By provider; null = no limit. */
  limits: Record<string, Limits>;
  /** A copy may take so long at a time; null = as long as it takes. */
  copyLimitMs: number | null;
  /** Null = clips lie in the data directory. */
  s3: S3Config | null;
  /** Finished clips that nobody starred are deleted after so long; null = never. */
  retentionMs: number | null;
  /** Null = the cron endpoint is closed. */
  cronSecret: string | null;
  /** `learned`, or a fixed interval in milliseconds. */
  schedule: 'learned' | number;
  /** How many proxies stand before us, whose last X-Forwarded-For entries are true; 0 = none. */
  trustedProxies: number;
  /** Hosts on the operator's own network that results may be fetched from. */
  allowHosts: string[];
  /** Origins of other sites that may read the API. */
  allowedOrigins: string[];
  /** Null = only what needs attention on a terminal, every move elsewhere. */
  logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent' | null;
};

/** A bucket of an S3-compatible store. */
export type S3Config = {
  bucket: string;
  region: string;
  /** Null = AWS's own. */
  endpoint: string | null;
  /** As browsers reach it, where that is another address. */
  publicEndpoint: string | null;
  /** Null = what this machine is allowed to. */
  credentials: { accessKeyId: string; secretAccessKey: string } | null;
  forcePathStyle: boolean;
  /** Before every key; empty, or ending in a slash. */
  prefix: string;
};

/** Jobs at once, and requests per minute. */
export type Limits = { slots: number | null; requestsPerMinute: number | null };

/** A variable is wrong: one line that names variable, value and rule. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

const unitsMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `90s`, `15m`, `1.5h` in milliseconds; undefined where it is no such thing. */
function parseDuration(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text);
  if (!match) return undefined;
  return Math.round(Number(match[1]) * unitsMs[match[2] as keyof typeof unitsMs]);
}

const duration = (minMs: number, maxMs: number, rule: string) =>
  z.string().transform((text, context) => {
    const ms = parseDuration(text);
    if (ms !== undefined && ms >= minMs && ms <= maxMs) return ms;
    context.addIssue({ code: 'custom', message: rule });
    return z.NEVER;
  });

const whole = (min: number, max: number) => {
  const rule = `must be a whole number from ${min} to ${max}`;
  return z.string().regex(/^\d+$/, rule).transform(Number).pipe(z.number().min(min, rule).max(max, rule));
};

/** Millionths of a US dollar; null = `none`. */
const dollars = (rule: string) =>
  z.union(
    [
      z.literal('none').transform(() => null),
      z
        .string()
        .regex(/^\d+(\.\d{1,6})?$/)
        .transform((text) => Math.round(Number(text) * 1_000_000))
        .pipe(z.number().max(1_000_000_000_000, rule)),
    ],
    rule,
  );

const webAddress = z
  .string()
  .refine((text) => /^https?:$/.test(URL.parse(text)?.protocol ?? ''), 'must be an http:// or https:// address')
  .refine((text) => !URL.parse(text)?.username, 'must not contain a user name or password')
  .transform((text) => text.replace(/\/+$/, ''));

const origin = webAddress.refine(
  (text) => URL.parse(text)?.origin === text,
  'must be an origin, for example https://clips.example.com, without a path',
);

const list = (text: string) => text.split(/[\s,]+/).filter((entry) => entry !== '');

/** `openai:slots=4,rpm=60;simulator:slots=8`; undefined where it is no such thing. */
function parseLimits(text: string): Record<string, Limits> | undefined {
  const limits: Record<string, Limits> = {};
  for (const part of text.split(';').filter((part) => part.trim() !== '')) {
    const match = /^\s*([a-z][a-z0-9_-]{0,63})\s*:((?:\s*(?:slots|rpm)=[1-9]\d{0,5}\s*,?)+)$/.exec(part);
    const [, provider = '', given = ''] = match ?? [];
    if (!match || limits[provider]) return undefined;
    const of = (name: string) => Number(new RegExp(`${name}=(\\d+)`).exec(given)?.[1]) || null;
    limits[provider] = { slots: of('slots'), requestsPerMinute: of('rpm') };
  }
  return limits;
}

const variables = z.object({
  PORT: whole(0, 65_535).default(3000),
  HOST: z.string().default('127.0.0.1'),
  APP_URL: origin.optional(),
  NEXT_PUBLIC_APP_URL: origin.optional(),
  DAILIES_DATA_DIR: z.string().default('.dailies'),
  DATABASE_URL: z
    .string()
    .refine((text) => /^postgres(ql)?:$/.test(URL.parse(text)?.protocol ?? ''), 'must begin with postgres://')
    .optional(),
  DAILIES_DB_SCHEMA: z
    .string()
    .regex(/^[a-z_][a-z0-9_]{0,62}$/, 'must be a lower-case name of letters, digits and _')
    .default('dailies'),
  DAILIES_ROLE: z.enum(['all', 'web', 'worker'], 'must be all, web or worker').default('all'),
  DAILIES_SECRET: z.string().min(32, 'must have at least 32 characters').optional(),
  DAILIES_SECRET_PREVIOUS: z.string().min(32, 'must have at least 32 characters').optional(),
  DAILIES_ADMIN_EMAIL: z.email('must be an e-mail address').optional(),
  DAILIES_ADMIN_PASSWORD: z
    .string()
    .min(8, 'must have at least 8 characters')
    .max(128, 'must have at most 128 characters')
    .optional(),
  DAILIES_API_KEY: z
    .string()
    .regex(/^dk_[A-Za-z0-9_-]{24,200}$/, 'must be dk_ followed by at least 24 letters, digits, - or _')
    .optional(),
  SUPABASE_URL: webAddress.optional(),
  SUPABASE_JWT_SECRET: z.string().min(32, 'must have at least 32 characters').optional(),
  DAILIES_SUPABASE: z.enum(['off', 'known', 'join'], 'must be off, known or join').default('off'),
  OPENAI_BASE_URL: webAddress.optional(),
  OPENAI_API_KEY: z.string().optional(),
  DAILIES_SIMULATOR_URL: webAddress.optional(),
  DAILIES_DEFAULT_MODEL: z.string().optional(),
  DAILIES_MODELS: z.string().optional(),
  DAILIES_DEADLINE: duration(1_000, 604_800_000, 'must be a duration from 1s to 7d, for example 15m').default(900_000),
  DAILIES_LEASE: duration(1_000, 3_600_000, 'must be a duration from 1s to 1h, for example 60s').default(60_000),
  DAILIES_UPSTREAM_TIMEOUT: duration(100, 600_000, 'must be a duration from 100ms to 10m, for example 30s').default(
    30_000,
  ),
  DAILIES_MAX_RUNNING: whole(1, 1_000_000).default(1_000),
  DAILIES_MAX_QUEUED: whole(1, 10_000_000).default(10_000),
  DAILIES_CREATES_PER_MINUTE: whole(1, 1_000_000).optional(),
  DAILIES_DAILY_CAP_USD: dollars(
    'must be dollars from 0 to 1000000, for example 10 or 2.50, or none for no cap',
  ).default(10_000_000),
  DAILIES_SCHEDULE: z
    .union([
      z.literal('learned'),
      z
        .string()
        .startsWith('fixed:')
        .transform((text) => text.slice(6))
        .pipe(duration(100, 3_600_000, '')),
    ])
    .catch(() => Number.NaN)
    .refine(
      (value) => !Number.isNaN(value),
      'must be learned, or fixed: with a duration up to 1h, for example fixed:5s',
    )
    .default('learned'),
  DAILIES_LIMITS: z
    .string()
    .transform((text, context) => {
      const limits = parseLimits(text);
      if (limits) return limits;
      context.addIssue({ code: 'custom', message: 'must be like openai:slots=4,rpm=60;simulator:slots=8' });
      return z.NEVER;
    })
    .default({}),
  DAILIES_COPY_LIMIT: duration(1_000, 86_400_000, 'must be a duration from 1s to 1d, for example 50s').optional(),
  S3_BUCKET: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{1,254}$/, 'must be the name of a bucket: letters, digits, dots, - and _')
    .optional(),
  S3_REGION: z
    .string()
    .regex(/^[a-z0-9-]{2,40}$/, 'must be a region, for example eu-central-1; auto for Cloudflare R2')
    .default('us-east-1'),
  S3_ENDPOINT: webAddress.optional(),
  S3_PUBLIC_ENDPOINT: webAddress.optional(),
  S3_ACCESS_KEY_ID: z.string().optional(),
  S3_SECRET_ACCESS_KEY: z.string().optional(),
  S3_FORCE_PATH_STYLE: z.enum(['true', 'false'], 'must be true or false').optional(),
  S3_PREFIX: z
    .string()
    .transform((text) => text.replace(/^\/+|\/+$/g, ''))
    .pipe(z.string().regex(/^[A-Za-z0-9._/-]{0,200}$/, 'must be made of letters, digits, dots, - , _ and /'))
    .default(''),
  DAILIES_RETENTION_DAYS: whole(1, 36_500).optional(),
  CRON_SECRET: z.string().optional(),
  DAILIES_TRUST_PROXY: z
    .union([
      z.enum(['true', 'yes']).transform(() => 1),
      z.enum(['false', 'no']).transform(() => 0),
      z.string().regex(/^\d$/).transform(Number),
    ])
    .catch(Number.NaN)
    .refine((value) => !Number.isNaN(value), 'must be true, false, or the number of proxies up to 9')
    .default(0),
  DAILIES_ALLOW_HOSTS: z
    .string()
    .transform(list)
    .pipe(z.array(z.string().regex(/^[^/\s]+$/, 'must be host names or addresses, separated by commas')))
    .default([]),
  DAILIES_ALLOWED_ORIGINS: z.string().transform(list).pipe(z.array(origin)).default([]),
  LOG_LEVEL: z
    .enum(
      ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'],
      'must be trace, debug, info, warn, error, fatal or silent',
    )
    .optional(),
});

const secrets: ReadonlySet<string> = new Set([
  'DATABASE_URL',
  'DAILIES_SECRET',
  'DAILIES_SECRET_PREVIOUS',
  'DAILIES_ADMIN_PASSWORD',
  'DAILIES_API_KEY',
  'SUPABASE_JWT_SECRET',
  'OPENAI_API_KEY',
  'CRON_SECRET',
  'S3_ACCESS_KEY_ID',
  'S3_SECRET_ACCESS_KEY',
]);

/**
 * The configuration from the environment, then `.env.local`, then `.env` of the directory; an empty value counts as
 * unset. Throws `ConfigError`.
 */
export function loadConfig(env: Record<string, string | undefined> = process.env, cwd: string = process.cwd()): Config {
  const given = withoutEmpty({ ...readFile(join(cwd, '.env')), ...readFile(join(cwd, '.env.local')), ...env });
  const parsed = variables.safeParse(given);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const name = String(issue?.path[0]);
    throw wrong(given, name, issue?.message ?? 'is not understood');
  }
  const value = parsed.data;
  if (value.DAILIES_LEASE <= value.DAILIES_UPSTREAM_TIMEOUT) {
    // Otherwise a second worker takes over a step whose request is still on the wire.
    throw wrong(
      given,
      'DAILIES_LEASE',
      `must be longer than DAILIES_UPSTREAM_TIMEOUT (${value.DAILIES_UPSTREAM_TIMEOUT} ms)`,
    );
  }
  if ((value.DAILIES_ADMIN_EMAIL === undefined) !== (value.DAILIES_ADMIN_PASSWORD === undefined)) {
    const [missing, other] = value.DAILIES_ADMIN_EMAIL
      ? ['DAILIES_ADMIN_PASSWORD', 'DAILIES_ADMIN_EMAIL']
      : ['DAILIES_ADMIN_EMAIL', 'DAILIES_ADMIN_PASSWORD'];
    throw wrong(given, missing, `must be set together with ${other}`);
  }
  return {
    port: value.PORT,
    host: value.HOST,
    appUrl: value.APP_URL ?? value.NEXT_PUBLIC_APP_URL ?? null,
    dataDir: resolve(cwd, value.DAILIES_DATA_DIR),
    databaseUrl: value.DATABASE_URL ?? null,
    databaseSchema: value.DAILIES_DB_SCHEMA,
    role: value.DAILIES_ROLE,
    secret: value.DAILIES_SECRET ?? null,
    previousSecret: value.DAILIES_SECRET_PREVIOUS ?? null,
    admin:
      value.DAILIES_ADMIN_EMAIL && value.DAILIES_ADMIN_PASSWORD
        ? { email: value.DAILIES_ADMIN_EMAIL.toLowerCase(), password: value.DAILIES_ADMIN_PASSWORD }
        : null,
    apiKey: value.DAILIES_API_KEY ?? null,
    supabase: supabaseOf(given, value),
    openai: { baseUrl: value.OPENAI_BASE_URL ?? null, apiKey: value.OPENAI_API_KEY ?? null },
    keyIn: (variable) => given[variable]?.trim() ?? null,
    modelsFile: resolve(cwd, value.DAILIES_MODELS ?? join(value.DAILIES_DATA_DIR, 'models.json')),
    simulatorUrl: value.DAILIES_SIMULATOR_URL ?? null,
    defaultModel: value.DAILIES_DEFAULT_MODEL ?? null,
    deadlineMs: value.DAILIES_DEADLINE,
    leaseMs: value.DAILIES_LEASE,
    upstreamTimeoutMs: value.DAILIES_UPSTREAM_TIMEOUT,
    maxRunningPerOwner: value.DAILIES_MAX_RUNNING,
    maxQueuedPerOwner: value.DAILIES_MAX_QUEUED,
    createsPerMinute: value.DAILIES_CREATES_PER_MINUTE ?? null,
    dailyCapMicroUsd: value.DAILIES_DAILY_CAP_USD,
    limits: value.DAILIES_LIMITS,
    copyLimitMs: value.DAILIES_COPY_LIMIT ?? null,
    s3: s3Of(given, value),
    retentionMs: value.DAILIES_RETENTION_DAYS === undefined ? null : value.DAILIES_RETENTION_DAYS * unitsMs.d,
    cronSecret: value.CRON_SECRET ?? null,
    schedule: value.DAILIES_SCHEDULE,
    trustedProxies: value.DAILIES_TRUST_PROXY,
    allowHosts: value.DAILIES_ALLOW_HOSTS,
    allowedOrigins: value.DAILIES_ALLOWED_ORIGINS,
    logLevel: value.LOG_LEVEL ?? null,
  };
}

/** A variable that another program needs must not open a door: it is opened by name. */
function supabaseOf(given: Record<string, string | undefined>, value: z.output<typeof variables>): Config['supabase'] {
  const { DAILIES_SUPABASE: mode, SUPABASE_URL: url, SUPABASE_JWT_SECRET: secret = null } = value;
  if (mode === 'off') return null;
  if (url === undefined) throw wrong(given, 'SUPABASE_URL', 'must be set together with DAILIES_SUPABASE');
  return { url, secret, join: mode === 'join' };
}

function s3Of(given: Record<string, string | undefined>, value: z.output<typeof variables>): S3Config | null {
  const { S3_BUCKET: bucket, S3_ENDPOINT: endpoint = null, S3_ACCESS_KEY_ID: id, S3_SECRET_ACCESS_KEY: secret } = value;
  if (bucket === undefined) {
    const lost = Object.keys(given).find((name) => name.startsWith('S3_'));
    if (lost) throw wrong(given, 'S3_BUCKET', `must be set together with ${lost}`);
    return null;
  }
  if ((id === undefined) !== (secret === undefined)) {
    const [missing, other] = id
      ? ['S3_SECRET_ACCESS_KEY', 'S3_ACCESS_KEY_ID']
      : ['S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY'];
    throw wrong(given, missing, `must be set together with ${other}`);
  }
  const { S3_PREFIX: prefix, S3_FORCE_PATH_STYLE: pathStyle = endpoint === null ? 'false' : 'true' } = value;
  return {
    bucket,
    region: value.S3_REGION,
    endpoint,
    publicEndpoint: value.S3_PUBLIC_ENDPOINT ?? null,
    credentials: id && secret ? { accessKeyId: id, secretAccessKey: secret } : null,
    forcePathStyle: pathStyle === 'true',
    prefix: prefix && `${prefix}/`,
  };
}

function readFile(path: string): NodeJS.Dict<string> {
  return existsSync(path) ? parseEnv(readFileSync(path, 'utf8')) : {};
}

const withoutEmpty = (env: Record<string, string | undefined>) =>
  Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value.trim() !== ''));

function wrong(given: Record<string, string | undefined>, name: string, rule: string): ConfigError {
  const value = given[name];
  if (value === undefined) return new ConfigError(`${name} is not set: it ${rule}.`);
  const shown = secrets.has(name) ? 'has a wrong value' : `is "${value.slice(0, 100).replace(/\s+/g, ' ')}"`;
  return new ConfigError(`${name} ${shown}: it ${rule}.`);
}

/** Whether only this machine can reach the address. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
