import type { Accounts } from '#api/auth/accounts.ts';
import type { FirstRun } from '#api/auth/first-run.ts';
import type { SignedLinks } from '#api/auth/signed-links.ts';
import type { Views } from '#api/videos/view.ts';
import type { Sweeper } from '#engine/sweep.ts';
import type { System } from '#engine/system.ts';
import type { Live } from '#notify/live.ts';
import type { Actor } from '#video/video.ts';
import type { VideoView } from './wire.ts';

export type Role = 'admin' | 'member' | 'viewer';

/** Who asks. A signed link is no identity: it opens one video, and is checked where it is accepted. */
export type Identity = {
  /** Whose videos: new ones belong to it. */
  ownerId: string;
  role: Role;
  actor: Actor;
  via: 'session' | 'api_key';
};

export type ApiKeys = {
  /** Null = unknown or revoked. */
  verify(secret: string): Promise<{ id: string; ownerId: string; role: Role } | null>;
};

/** All that the routes reach: handed in by boot, and by tests. */
export type Api = {
  system: System;
  accounts: Accounts;
  keys: ApiKeys;
  firstRun: FirstRun;
  live: Live<VideoView>;
  links: SignedLinks;
  views: Views;
  /** Wakes the loop; null where no loop runs in this process (role web), and a request looks for itself. */
  wake: (() => void) | null;
  /** One look at one video, where no loop runs. */
  lookAt: (id: string) => Promise<void>;
  /** What sweeps in this process: the loop's where one runs. */
  sweeper: () => Sweeper;
  settings: ApiSettings;
};

export type ApiSettings = {
  /** The public origin; null = follow the Host of each request. */
  appUrl: string | null;
  trustedProxies: number;
  allowedOrigins: string[];
  /** The first API key, shown to the admin in "Use from code". */
  firstKey: string | null;
  /** Opens the cron endpoint; null = closed. */
  cronSecret: string | null;
  /** Of this program. */
  version: string;
};

export type Env = {
  Bindings: {
    /** Of @hono/node-server; absent in tests. */
    incoming?: { socket: { remoteAddress?: string } };
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
