import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startChild } from './child.ts';
import type { Storage } from './children/memory.ts';
import type { Ground } from './ground.ts';
import type { Row } from './report.ts';
import { interleaved, median } from './rounds.ts';
import { startUpstream } from './upstream.ts';

const run = promisify(execFile);

/** Against the seed's way, and against what the disk can do. */
export async function benchStorage(ground: Ground): Promise<Row[]> {
  return [...(await besideSeed(ground)), ...(await besideDisk(ground))];
}

/** Memory and time to bring a finished clip home, each time in a fresh process. */
async function besideSeed(ground: Ground): Promise<Row[]> {
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

/** One large clip, to the disk and to a bucket on the same disk; `dd conv=fdatasync` writes as many bytes. */
async function besideDisk(ground: Ground): Promise<Row[]> {
  const megabytes = ground.quick ? 50 : 500;
  const upstream = await startUpstream({ latencyMs: 0, renderMs: null, contentBytes: megabytes * 1_000_000 });
  const bucket = await startChild<{ bucketUrl: string }>('bucket.ts', {
    argument: { dir: join(ground.dir, 'bucket') },
  });
  const { baseUrl } = upstream;
  const dir = join(ground.dir, 'large');
  try {
    const { bucketUrl } = await bucket.ready;
    const measured = await interleaved(ground.quick ? 1 : 3, {
      dd: async () => ({ ms: await dd(join(ground.dir, 'dd'), megabytes), growthMb: 0 }),
      disk: () => store('store-ours.ts', { baseUrl, dir }),
      bucket: () => store('store-ours.ts', { baseUrl, dir, bucketUrl }),
    });
    const speed = (side: keyof typeof measured) => megabytes / median(measured[side].map(({ ms }) => ms / 1_000));
    const growth = (side: keyof typeof measured) => median(measured[side].map(({ growthMb }) => growthMb));
    return (['disk', 'bucket'] as const).flatMap((side): Row[] => {
      const ratio = speed(side) / speed('dd');
      const onDisk = side === 'disk';
      return [
        {
          what: `${megabytes} MB to the ${side}: memory growth, MB`,
          ours: growth(side),
          baseline: null,
          ratio: null,
          goal: 'under 100 MB',
          met: growth(side) < 100,
        },
        {
          what: `${megabytes} MB to the ${side}: MB/s, beside dd`,
          ours: speed(side),
          baseline: speed('dd'),
          ratio,
          goal: onDisk ? 'at least 0.4 × dd conv=fdatasync' : null,
          met: onDisk ? ratio >= 0.4 : null,
          ...(!onDisk && {
            note: 'the bucket is a server from npm on the same machine, which takes most of the time.',
          }),
        },
      ];
    });
  } finally {
    await bucket.stop();
    await upstream.stop();
  }
}

/** Milliseconds that the disk takes for so many bytes, durable. */
async function dd(path: string, megabytes: number): Promise<number> {
  const startedAt = performance.now();
  await run('dd', ['if=/dev/zero', `of=${path}`, 'bs=1000000', `count=${megabytes}`, 'conv=fdatasync', 'status=none']);
  const ms = performance.now() - startedAt;
  await rm(path);
  return ms;
}

async function store(file: string, argument: object): Promise<Storage> {
  const child = await startChild<Storage>(file, { argument });
  await child.stop();
  return child.ready;
}
