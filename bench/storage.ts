import { join } from 'node:path';
import { startChild } from './child.ts';
import type { Storage } from './children/memory.ts';
import type { Ground } from './ground.ts';
import type { Row } from './report.ts';
import { interleaved, median } from './rounds.ts';
import { startUpstream } from './upstream.ts';

/** Memory and time to bring a finished clip home, each time in a fresh process. */
export async function benchStorage(ground: Ground): Promise<Row[]> {
  const megabytes = ground.quick ? 20 : 100;
  const upstream = await startUpstream({ latencyMs: 0, renderMs: null, contentBytes: megabytes * 1_000_000 });
  const { baseUrl } = upstream;
  const { databaseUrl, databaseSchema: schema, dataDir } = ground.place('storage_seed');
  const seed = (urlType: 'text' | 'jsonb') => () =>
    store('store-seed.ts', { baseUrl, databaseUrl, schema, dataDir, urlType });
  try {
    const measured = await interleaved(ground.quick ? 1 : 3, {
      ours: () => store('store-ours.ts', { baseUrl, dir: join(ground.dir, 'media') }),
      jsonb: seed('jsonb'),
      text: seed('text'),
    });
    const growth = (side: keyof typeof measured) => median(measured[side].map(({ growthMb }) => growthMb));
    const peak = (side: keyof typeof measured) => Math.round(median(measured[side].map(({ peakMb }) => peakMb)));
    const seconds = (side: keyof typeof measured) => median(measured[side].map(({ ms }) => ms / 1_000));
    ground.say(`${megabytes} MB: ours +${Math.round(growth('ours'))} MB, seed +${Math.round(growth('jsonb'))} MB`);
    return (['jsonb', 'text'] as const).flatMap((column): Row[] => [
      {
        what: `${megabytes} MB, seed's column ${column}: memory growth, MB`,
        ours: growth('ours'),
        baseline: growth(column),
        ratio: growth(column) / growth('ours'),
        goal: 'ours under 100 MB',
        met: growth('ours') < 100,
        note: `whole processes at their peak: ${peak('ours')} MB, beside ${peak(column)} MB.`,
      },
      {
        what: `${megabytes} MB, seed's column ${column}: time, s`,
        ours: seconds('ours'),
        baseline: seconds(column),
        ratio: seconds(column) / seconds('ours'),
        goal: null,
        met: null,
      },
    ]);
  } finally {
    await upstream.stop();
  }
}

async function store(file: string, argument: object): Promise<Storage> {
  const child = await startChild<Storage>(file, { argument });
  await child.stop();
  return child.ready;
}
