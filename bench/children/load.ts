// Reads from a server as fast as it answers, over a fixed number of connections, for a fixed time.
import { Client } from 'undici';
import { endWithParent, onAsked, tell } from './parent.ts';

export type Load = {
  origin: string;
  headers: Record<string, string>;
  paths: string[];
  connections: number;
  forMs: number;
};
export type Reads = { perSecond: number; p50Ms: number; p99Ms: number };

onAsked(async ({ origin, headers, paths, connections, forMs }: Load): Promise<Reads> => {
  const tookMs: number[] = [];
  const startedAt = performance.now();
  async function read(nth: number): Promise<void> {
    const client = new Client(origin);
    for (let i = nth; performance.now() - startedAt < forMs; i++) {
      const askedAt = performance.now();
      const path = paths[i % paths.length] ?? '/';
      const { statusCode, body } = await client.request({ method: 'GET', path, headers });
      await body.dump();
      if (statusCode !== 200) throw new Error(`${path}: HTTP ${statusCode}`);
      tookMs.push(performance.now() - askedAt);
    }
    await client.close();
  }
  await Promise.all(Array.from({ length: connections }, (_, nth) => read(nth)));
  const seconds = (performance.now() - startedAt) / 1_000;
  tookMs.sort((a, b) => a - b);
  const at = (share: number) => tookMs[Math.floor(share * tookMs.length)] ?? Number.NaN;
  return { perSecond: tookMs.length / seconds, p50Ms: at(0.5), p99Ms: at(0.99) };
});
endWithParent();
tell({});
