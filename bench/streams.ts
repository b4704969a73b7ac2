import { setTimeout as sleep } from 'node:timers/promises';
import { type Child, startChild } from './child.ts';
import type { Cause, Heard, Listening } from './children/listeners.ts';
import type { Ground } from './ground.ts';
import { startProduct } from './product.ts';
import type { Row } from './report.ts';
import { interleaved, median } from './rounds.ts';
import { startUpstream } from './upstream.ts';

const settleMs = 2_000;

/** One change told to thousands of live streams, beside bare node:http writing the same bytes; and what each stream holds. */
export async function benchStreams(ground: Ground): Promise<Row[]> {
  const clients = ground.quick ? 1_000 : 5_000;
  const upstream = await startUpstream({ latencyMs: 200, renderMs: null });
  // One runs, so that every further one waits in line, and a create is one change.
  const product = await startProduct(ground, 'streams', upstream.baseUrl, { DAILIES_LIMITS: 'openai:slots=1' });
  const raw = await startChild<{ origin: string }>('raw-streams.ts');
  const listening: Child<unknown>[] = [];
  try {
    await product.begin(1);
    const create = JSON.stringify({ prompt: 'a fox', seconds: 4, size: '320x180' });
    const [ours, oursKb] = await listen(product.rssBytes, listening, {
      origin: product.origin,
      path: '/api/events',
      headers: product.headers,
      clients,
    });
    const rawBytes = async () => (await raw.ask<{ rssBytes: number }>({})).rssBytes;
    const { origin } = raw.ready;
    const [bare, bareKb] = await listen(rawBytes, listening, { origin, path: '/', headers: {}, clients });
    const hears = (child: Child<unknown>, cause: Cause) => child.ask<Heard>(cause);
    // Warm, and so that both send the same.
    const { message } = await hears(ours, { path: '/api/videos', body: create });
    const body = message.slice(message.indexOf('event: video'), message.lastIndexOf('\n\n') + 2);
    await hears(bare, { path: '/', body });
    const measured = await interleaved(ground.quick ? 5 : 15, {
      ours: () => hears(ours, { path: '/api/videos', body: create }),
      bare: () => hears(bare, { path: '/', body }),
    });
    const of = (side: keyof typeof measured, name: 'p50Ms' | 'p99Ms') =>
      median(measured[side].map((heard) => heard[name]));
    const many = clients.toLocaleString('en');
    ground.say(
      `${many} streams: ours ${Math.round(of('ours', 'p99Ms'))} ms, bare ${Math.round(of('bare', 'p99Ms'))} ms`,
    );
    const times = of('ours', 'p99Ms') / of('bare', 'p99Ms');
    return [
      {
        what: `${many} streams: from the request to 99 % of them, ms`,
        ours: of('ours', 'p99Ms'),
        baseline: of('bare', 'p99Ms'),
        ratio: times,
        goal: 'at most 2×',
        met: times <= 2,
        note: `a create, its transaction and its NOTIFY included; the baseline only writes the same ${body.length} bytes. The ratio is ours by the baseline.`,
      },
      {
        what: `${many} streams: from the request to half of them, ms`,
        ours: of('ours', 'p50Ms'),
        baseline: of('bare', 'p50Ms'),
        ratio: of('ours', 'p50Ms') / of('bare', 'p50Ms'),
        goal: null,
        met: null,
      },
      {
        what: `${many} streams: memory of each, kB`,
        ours: oursKb,
        baseline: bareKb,
        ratio: oursKb / bareKb,
        goal: 'at most 40 kB',
        met: oursKb <= 40,
        note: 'growth of the whole process, what waits for the garbage collector included.',
      },
    ];
  } finally {
    await Promise.all([...listening.map((child) => child.stop()), product.stop(), raw.stop()]);
    await upstream.stop();
  }
}

/** Opens the streams; tells by how much the server grew for each, in kB. */
async function listen(
  rssBytes: () => Promise<number>,
  all: Child<unknown>[],
  argument: Listening,
): Promise<[Child<unknown>, number]> {
  const before = await rssBytes();
  const child = await startChild('listeners.ts', { argument });
  all.push(child);
  await sleep(settleMs);
  return [child, ((await rssBytes()) - before) / argument.clients / 1_000];
}
