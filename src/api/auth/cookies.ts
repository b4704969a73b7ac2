import type { Context } from 'hono';
import type { ApiSettings, Env } from '#api/context.ts';
import { ApiError } from '#api/errors.ts';
import { isOwnPage } from './client.ts';

export function setCookies(c: Context<Env>, cookies: string[]): void {
  for (const cookie of cookies) c.header('set-cookie', cookie, { append: true });
  c.header('cache-control', 'no-store');
}

/** A form of a foreign page must not sign anybody in; programs send no Origin, and may. */
export function refuseForeignPage(c: Context<Env>, settings: ApiSettings): void {
  if (c.req.header('origin') && !isOwnPage(c, settings)) {
    throw new ApiError(403, 'cross_site', 'sign-in works from our own pages only');
  }
}
