import type { ServerResponse } from 'node:http';
import type { z } from 'zod';
import type { Accounts, Person } from '#api/auth/accounts.ts';
import type { FirstRun } from '#api/auth/first-run.ts';
import type { KnownKeys } from '#api/auth/known-keys.ts';
import type { SignedLinks } from '#api/auth/signed-links.ts';
import type { Supabase } from '#api/auth/supabase.ts';
import type { Views } from '#api/videos/view.ts';
import type { SettingsStore } from '#engine/stored-settings.ts';
import type { Sweeper } from '#engine/sweep.ts';
import type { System } from '#engine/system.ts';
import type { WebhookStore } from '#engine/webhooks.ts';
import type { SafeFetch } from '#net/safe-fetch.ts';
import type { Live } from '#notify/live.ts';
import type { Webhooks } from '#notify/webhooks.ts';
import type { Registry } from '#providers/registry.ts';
import type { Invites } from '#store/people/invites.ts';
import type { People } from '#store/people/people.ts';
import type { RateLimits } from '#store/people/rate-limits.ts';
import type { Scope } from '#store/schema/auth.ts';
import type { Actor } from '#video/video.ts';
import type { backupSchema, VideoView } from './wire.ts';

export type Role = 'admin' | 'member' | 'viewer';

/** Who asks. A signed link is no identity: it opens one video, and is checked where it is accepted. */
export type Identity = {
  /** Whose videos: new ones belong to it. */
  ownerId: string;
  /** What they act as: an admin's key without the scope `admin` acts as a member. */
  role: Role;
  scopes: readonly Scope[];
  actor: Actor;
  via: 'session' | 'api_key' | 'supabase';
  /** A browser sent it along by itself: whose page asked has to be looked at. */
  byCookie: boolean;
  /** The name behind it, where a person asks. */
  person: Person | null;
  /** Of this key alone; null = as configured. */
  createsPerMinute: number | null;
};

/** All that the routes reach: handed in by boot, and by tests. */
export type Api = {
  system: System;
  accounts: Accounts;
  people: People;
  invites: Invites;
  keys: KnownKeys;
  rateLimits: RateLimits;
  /** Null = its tokens open nothing here. */
  supabase: Supabase | null;
  firstRun: FirstRun;
  live: Live<VideoView>;
  links: SignedLinks;
  backup: Backup;
  views: Views;
  installation: Installation;
  webhooks: WebhookApi;
  /** For addresses that users give: https, of public hosts and of those the operator allows. */
  fetchUntrusted: SafeFetch;
  /** Wakes the loop; null where no loop runs in this process (role web), and a request looks for itself. */
  wake: (() => void) | null;
  /** One look at one video, where no loop runs. */
  lookAt: (id: string) => Promise<void>;
  /** What sweeps in this process: the loop's where one runs. */
  sweeper: () => Sweeper;
  settings: ApiSettings;
};

/** The settings that people make, and what follows from them. */
export type Installation = {
  registry: Registry;
  stored: SettingsStore;
  /** Makes what was stored hold in this process. */
  reload(): Promise<void>;
  modelsFile(): { name: string; models: number; error: string | null };
};

export type WebhookApi = Pick<Webhooks, 'send' | 'drain'> & {
  endpoints: WebhookStore;
  /** Why nothing may be sent there, in words that follow `url`; null = it may. */
  mayBeTold(url: string): string | null;
};

/** The rows of this installation, for `npm run backup` beside it. */
export type Backup = {
  /** Whether the token was made by somebody who knows the installation's secret. */
  opens(token: string): boolean;
  take(): Promise<z.infer<typeof backupSchema>>;
};

export type ApiSettings = {
  /** The public origin; null = follow the Host of each request. */
  appUrl: string | null;
  trustedProxies: number;
  allowedOrigins: string[];
  /** The first API key, shown to the admin in "Use from code". */
  firstKey: string | null;
  /** Clips that one key, or one person in the studio, may ask for in a minute; null = no limit. */
  createsPerMinute: number | null;
  /** Opens the cron endpoint; null = closed. */
  cronSecret: string | null;
  /** Finished clips stay for so long; null = for ever. */
  retentionMs: number | null;
  /** Of this program. */
  version: string;
};

export type Env = {
  Bindings: {
    /** Of @hono/node-server; absent in tests. */
    incoming?: { socket: { remoteAddress?: string } };
    /** Tells whether an answer went out whole: `finish` says so, `close` alone that it did not. */
    outgoing?: Pick<ServerResponse, 'once' | 'statusCode' | 'socket'>;
  };
  Variables: {
    requestId: string;
    log: System['log'];
    /** Set on every route that is not public. */
    who: Identity;
    /** Set instead of `who` where a signed link opened the route. */
    linkedVideo?: string;
  };
};

/** The store's filter: an admin sees all. */
export const visibleTo = (who: Identity): string | null => (who.role === 'admin' ? null : who.ownerId);
