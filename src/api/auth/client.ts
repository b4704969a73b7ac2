import type { Context } from 'hono';
import type { ApiSettings, Env } from '#api/context.ts';
import type { Client } from './accounts.ts';

/** The client's address, from the socket; behind trusted proxies, the entry that the outermost of them wrote. */
function clientAddress(c: Context<Env>, settings: ApiSettings): string {
  const socket = c.env?.incoming?.socket.remoteAddress ?? '127.0.0.1';
  if (settings.trustedProxies === 0) return socket;
  const entries = (c.req.header('x-forwarded-for') ?? '').split(',').map((entry) => entry.trim());
  return entries.at(-settings.trustedProxies) || socket;
}

/** Who sent it, as a session remembers it. */
export const clientOf = (c: Context<Env>, settings: ApiSettings): Client => ({
  address: clientAddress(c, settings),
  userAgent: c.req.header('user-agent')?.slice(0, 300) ?? null,
});

/** The part of a request that says who sent it; a Context has it. */
export type Asked = { req: { url: string; header(name: string): string | undefined } };

/** The origin at which this client reaches us: APP_URL, or what the request itself names. */
export function ownOrigin(c: Asked, settings: ApiSettings): string {
  if (settings.appUrl) return settings.appUrl;
  const asked = new URL(c.req.url);
  const host = c.req.header('host') ?? asked.host;
  if (settings.trustedProxies === 0) return `${asked.protocol}//${host}`;
  const last = (name: string) => c.req.header(name)?.split(',').at(-1)?.trim();
  const scheme = last('x-forwarded-proto') === 'https' ? 'https:' : asked.protocol;
  return `${scheme}//${last('x-forwarded-host') ?? host}`;
}

/**
 * Whether a browser sent this from our own pages. Sec-Fetch-Site is a browser's word; over plain http on a LAN it is
 * absent, and Origin must name the host that was asked.
 */
export function isOwnPage(c: Asked, settings: ApiSettings): boolean {
  const site = c.req.header('sec-fetch-site');
  if (site) return site === 'same-origin' || site === 'none';
  const origin = c.req.header('origin');
  return origin !== undefined && origin === ownOrigin(c, settings);
}
