import { randomUUID } from 'node:crypto';
import { type Cookie, expect, request } from '@playwright/test';
import type { Product } from './product.ts';
import type { Studio } from './test.ts';

/** Signs in by the printed link, which works once, and answers the session for every page. */
export async function signIn(product: Product): Promise<Cookie[]> {
  const session = await request.newContext();
  const answer = await session.get(await product.signInLink(), { maxRedirects: 0 });
  expect(answer.status()).toBe(302);
  const { cookies } = await session.storageState();
  await session.dispose();
  return cookies;
}

export type Member = { email: string; password: string; cookies: Cookie[] };

/** Somebody new in the studio: a member, who sees no takes but those of his own. */
export async function join({ url, api }: Pick<Studio, 'url' | 'api'>, name = 'Grace'): Promise<Member> {
  const invited = await api.post(`${url}/api/invites`, { data: { role: 'member' }, headers: { origin: url } });
  expect(invited.status(), await invited.text()).toBe(201);
  const token = new URL((await invited.json()).link).hash.slice(1);
  const member = { email: `${randomUUID()}@example.com`, password: 'a long enough password' };
  const session = await request.newContext({ baseURL: url, extraHTTPHeaders: { origin: url } });
  const joined = await session.post('/api/join', { data: { ...member, token, name } });
  expect(joined.status(), await joined.text()).toBe(200);
  const { cookies } = await session.storageState();
  await session.dispose();
  return { ...member, cookies };
}
