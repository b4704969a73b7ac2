import { Client, FormData } from 'undici';
import { startChild } from './child.ts';
import type { Load, Reads } from './children/load.ts';
import type { Ground } from './ground.ts';
import { type Product, startProduct } from './product.ts';
import type { Row } from './report.ts';
import { interleaved, median } from './rounds.ts';
import { startUpstream } from './upstream.ts';

const connections = 200;
const videos = 20;

/** `/v1/videos` through Dailies: what a retrieve and a create cost beside the least that they could. */
export async function benchApi(ground: Ground): Promise<Row[]> {
  if (!ground.databaseUrl) {
    const note = 'not measured: two processes that read the same tables need PostgreSQL.';
    return [{ what: '/v1/videos', ours: null, baseline: null, ratio: null, goal: null, met: null, note }];
  }
  return [...(await benchRetrieves(ground)), ...(await benchCreates(ground))];
}

async function benchRetrieves(ground: Ground): Promise<Row[]> {
  const upstream = await startUpstream({ latencyMs: 200, renderMs: null });
  const product = await startProduct(ground, 'retrieves', upstream.baseUrl);
  const ids = await product.begin(videos);
  const raw = await startChild<{ origin: string }>('raw.ts', {
    argument: { place: ground.place('retrieves'), id: ids[0] },
  });
  const load = await startChild('load.ts');
  const paths = ids.map((id) => `/v1/videos/${id}`);
  const read = (origin: string, forMs: number) =>
    load.ask<Reads>({ origin, headers: product.headers, paths, connections, forMs } satisfies Load);
  try {
    for (const origin of [product.origin, raw.ready.origin]) await read(origin, 1_500);
    const measured = await interleaved(ground.quick ? 2 : 7, {
      ours: () => read(product.origin, ground.quick ? 1_500 : 3_000),
      raw: () => read(raw.ready.origin, ground.quick ? 1_500 : 3_000),
    });
    const of = (side: 'ours' | 'raw', figure: keyof Reads) => median(measured[side].map((reads) => reads[figure]));
    const ratio = median(measured.ours.map((reads, i) => reads.perSecond / (measured.raw[i]?.perSecond ?? Number.NaN)));
    const [perSecond, p99Ms] = [of('ours', 'perSecond'), of('ours', 'p99Ms')];
    ground.say(`retrieves: ours ${Math.round(perSecond)}/s, raw ${Math.round(of('raw', 'perSecond'))}/s`);
    const what = `retrieves per second, ${connections} connections`;
    return [
      {
        what,
        ours: perSecond,
        baseline: of('raw', 'perSecond'),
        ratio,
        goal: 'at least 5,000, and 0.5×',
        met: perSecond >= 5_000 && ratio >= 0.5,
        note: `of ${videos} running videos; the baseline is bare node:http with the same SELECT.`,
      },
      {
        what: 'their 99th percentile, ms',
        ours: p99Ms,
        baseline: of('raw', 'p99Ms'),
        ratio: of('raw', 'p99Ms') / p99Ms,
        goal: 'under 50',
        met: p99Ms < 50,
      },
    ];
  } finally {
    await Promise.all([load.stop(), raw.stop(), product.stop()]);
    await upstream.stop();
  }
}

async function benchCreates(ground: Ground): Promise<Row[]> {
  const simulator = await startChild<{ origin: string }>('simulator.ts');
  const { origin } = simulator.ready;
  const product = await startProduct(ground, 'creates', `${origin}/v1`);
  const many = ground.quick ? 50 : 300;
  try {
    for (const base of [product.origin, origin]) await create(base, product, 20);
    const measured = await interleaved(ground.quick ? 2 : 5, {
      ours: () => create(product.origin, product, many),
      bare: () => create(origin, product, many),
    });
    const [ours, bare] = [median(measured.ours), median(measured.bare)];
    ground.say(`creates: ours ${ours.toFixed(1)} ms, bare simulator ${bare.toFixed(1)} ms`);
    return [
      {
        what: 'a create, median ms, one after the other',
        ours,
        baseline: bare,
        ratio: bare / ours,
        goal: 'at most 15 ms more',
        met: ours - bare < 15,
        note: 'the baseline is the bare simulator, which writes its job to the disk before it answers.',
      },
    ];
  } finally {
    await Promise.all([simulator.stop(), product.stop()]);
  }
}

/** The median time of a create by form, in milliseconds. */
async function create(origin: string, { headers }: Product, many: number): Promise<number> {
  const client = new Client(origin);
  const tookMs: number[] = [];
  for (let i = 0; i < many; i++) {
    const body = new FormData();
    for (const [name, value] of Object.entries({ prompt: `a fox ${i}`, seconds: '1', size: '320x180' })) {
      body.set(name, value);
    }
    const startedAt = performance.now();
    const answer = await client.request({ method: 'POST', path: '/v1/videos', headers, body });
    const text = await answer.body.text();
    if (answer.statusCode !== 200) throw new Error(`HTTP ${answer.statusCode} ${text}`);
    tookMs.push(performance.now() - startedAt);
  }
  await client.close();
  return median(tookMs);
}
