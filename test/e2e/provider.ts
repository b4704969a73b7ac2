import { type APIResponse, expect } from '@playwright/test';
import type { Studio } from './test.ts';

const path = (id: string) => `/api/settings/providers/${id}`;

/** Sets a provider up in the studio. */
export async function connect({ api }: Studio, id: string, provider: object): Promise<void> {
  await done(api.put(path(id), { data: provider }));
}

/** Takes it away again, with whatever it has not done, and makes the built-in model the default. */
export async function disconnect({ api }: Studio, id: string): Promise<void> {
  await done(api.put('/api/settings/default-model', { data: { model: null } }));
  await done(api.delete(`${path(id)}?force=true`));
}

async function done(answering: Promise<APIResponse>): Promise<void> {
  const answer = await answering;
  expect(answer.status(), await answer.text()).toBe(200);
}
