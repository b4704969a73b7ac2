import { mkdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { startChild } from './child.ts';
import { model } from './engine.ts';
import type { Ground } from './ground.ts';

export type Product = {
  origin: string;
  headers: Record<string, string>;
  /** Asks for so many videos and waits until the upstream has them. Answers their ids. */
  begin(count: number): Promise<string[]>;
  /** Memory of the process now. */
  rssBytes(): Promise<number>;
  stop(): Promise<void>;
};

const apiKey = 'dk_bench_0123456789abcdefghijklmnop';
const perRequest = 8;
const patienceMs = 30_000;

/** The product in a process of its own, reached by HTTP with an API key; `env` adds to its configuration. */
export async function startProduct(
  ground: Ground,
  name: string,
  baseUrl: string,
  env: Record<string, string> = {},
): Promise<Product> {
  const { databaseUrl, databaseSchema, dataDir } = ground.place(name);
  await mkdir(dataDir, { recursive: true });
  const child = await startChild<{ origin: string }>('product.ts', {
    cwd: dataDir,
    env: {
      ...(databaseUrl && { DATABASE_URL: databaseUrl }),
      DAILIES_DB_SCHEMA: databaseSchema,
      DAILIES_DATA_DIR: dataDir,
      DAILIES_API_KEY: apiKey,
      DAILIES_DEFAULT_MODEL: model,
      OPENAI_BASE_URL: baseUrl,
      OPENAI_API_KEY: 'sk-bench',
      ...env,
    },
  });
  const { origin } = child.ready;
  const headers = { authorization: `Bearer ${apiKey}` };

  async function ask<T>(path: string, body?: object): Promise<T> {
    const init = body
      ? { method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(body) }
      : { headers };
    const response = await fetch(origin + path, init);
    if (!response.ok) throw new Error(`${path}: HTTP ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  return {
    origin,
    headers,
    async begin(count) {
      const ids: string[] = [];
      while (ids.length < count) {
        const asked = { prompt: 'a fox', count: Math.min(perRequest, count - ids.length), seconds: 4, size: '320x180' };
        const { videos } = await ask<{ videos: { id: string }[] }>('/api/videos', asked);
        ids.push(...videos.map(({ id }) => id));
      }
      const patience = AbortSignal.timeout(patienceMs);
      for (const id of ids) {
        while ((await ask<{ state: string }>(`/api/videos/${id}`)).state !== 'running') {
          await sleep(50, undefined, { signal: patience });
        }
      }
      return ids;
    },
    rssBytes: async () => (await child.ask<{ rssBytes: number }>({})).rssBytes,
    stop: child.stop,
  };
}
