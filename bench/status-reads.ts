import { startChild } from './child.ts';
import type { Load, Reads } from './children/load.ts';
import type { Ground } from './ground.ts';
import { startProduct } from './product.ts';
import type { Row } from './report.ts';
import { interleaved, median } from './rounds.ts';
import { startUpstream } from './upstream.ts';

const videos = 20;
const connections = 32;

/** Status reads per second of the product beside a bare node:http server that sends the same SELECT. */
export async function benchStatusReads(ground: Ground): Promise<Row[]> {
  const what = `status reads per second, ${connections} connections`;
  if (!ground.databaseUrl) {
    const note = 'not measured: two processes that read the same tables need PostgreSQL.';
    return [{ what, ours: null, baseline: null, ratio: null, goal: 'at least 0.5×', met: null, note }];
  }
  const upstream = await startUpstream({ latencyMs: 200, renderMs: null });
  const product = await startProduct(ground, 'reads', upstream.baseUrl);
  const ids = await product.begin(videos);
  const raw = await startChild<{ origin: string }>('raw.ts', {
    argument: { place: ground.place('reads'), id: ids[0] },
  });
  const load = await startChild('load.ts');
  const paths = ids.map((id) => `/api/videos/${id}/status`);
  const read = (origin: string, forMs: number) =>
    load.ask<Reads>({ origin, headers: product.headers, paths, connections, forMs } satisfies Load);
  try {
    for (const origin of [product.origin, raw.ready.origin]) await read(origin, 1_500);
    const forMs = ground.quick ? 1_500 : 3_000;
    const measured = await interleaved(ground.quick ? 2 : 7, {
      ours: () => read(product.origin, forMs),
      raw: () => read(raw.ready.origin, forMs),
    });
    const of = (side: 'ours' | 'raw', figure: keyof Reads) => median(measured[side].map((reads) => reads[figure]));
    // The ratio of each round, since both of its sides met the same machine.
    const ratio = median(measured.ours.map((reads, i) => reads.perSecond / (measured.raw[i]?.perSecond ?? Number.NaN)));
    ground.say(
      `status reads: ours ${Math.round(of('ours', 'perSecond'))}/s, raw ${Math.round(of('raw', 'perSecond'))}/s`,
    );
    const latency = (name: string, figure: 'p50Ms' | 'p99Ms'): Row => ({
      what: `their ${name}, ms`,
      ours: of('ours', figure),
      baseline: of('raw', figure),
      ratio: of('raw', figure) / of('ours', figure),
      goal: null,
      met: null,
    });
    return [
      {
        what,
        ours: of('ours', 'perSecond'),
        baseline: of('raw', 'perSecond'),
        ratio,
        goal: 'at least 0.5×',
        met: ratio >= 0.5,
        note: `of ${videos} running videos; ours checks an API key, and its loop goes on looking at them.`,
      },
      latency('median', 'p50Ms'),
      latency('99th percentile', 'p99Ms'),
    ];
  } finally {
    await Promise.all([load.stop(), raw.stop(), product.stop()]);
    await upstream.stop();
  }
}
