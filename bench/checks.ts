import type { ConnectOptions } from '#store/database/connect.ts';
import { type Child, startChild } from './child.ts';
import type { Ground } from './ground.ts';
import type { Row } from './report.ts';
import { interleaved, median } from './rounds.ts';
import { startUpstream } from './upstream.ts';

/** What a child looks at, and how: everything is always due where `everyMs` is 0. */
export type Checks = {
  place: ConnectOptions;
  active: number;
  everyMs: number;
  /** Looks under way at once. */
  width: number;
  /** Null = the provider answers in the same process. */
  baseUrl: string | null;
};
export type CheckedFor = { forMs: number };
/** CPU and write-ahead log for each look; `databaseMicros` null = inside the process. */
export type Checked = {
  perSecond: number;
  processMicros: number;
  databaseMicros: number | null;
  walBytes: number;
  lateP50Ms: number;
  lateP99Ms: number;
};

const width = 64;
const pacedMs = 10_000;

/** What one look costs us and the database, beside a queue whose job is one look. */
export async function benchChecks(ground: Ground): Promise<Row[]> {
  const sizes = ground.quick ? [1_000, 10_000] : [1_000, 10_000, 100_000];
  const rows: Row[] = [];
  for (const onServer of ground.databaseUrl ? [true, false] : [false]) {
    for (const active of sizes) rows.push(...(await besidePgBoss(ground, onServer, active)));
  }
  rows.push(...(await paced(ground, ground.quick ? 1_000 : 10_000)), ...(await overHttp(ground)));
  return rows;
}

const databaseOf = (onServer: boolean) => (onServer ? 'PostgreSQL' : 'PGlite');

function placeOf(ground: Ground, onServer: boolean, name: string): ConnectOptions {
  const place = ground.place(`checks_${name}`);
  if (!onServer || !place.databaseUrl) return { ...place, databaseUrl: null };
  const url = new URL(place.databaseUrl);
  // By which the child finds its own connections among the server's processes.
  url.searchParams.set('application_name', place.databaseSchema);
  return { ...place, databaseUrl: url.href };
}

async function besidePgBoss(ground: Ground, onServer: boolean, active: number): Promise<Row[]> {
  const of = (name: string): Checks => {
    const place = placeOf(ground, onServer, `${databaseOf(onServer).toLowerCase()}_${name}_${active}`);
    return { place, active, everyMs: 0, width, baseUrl: null };
  };
  const [ours, boss] = [
    await startChild('checks-ours.ts', { argument: of('ours') }),
    await startChild('checks-pgboss.ts', { argument: of('boss') }),
  ];
  try {
    const measured = await interleaved(ground.quick ? 1 : 3, {
      ours: measure(ours, ground),
      boss: measure(boss, ground),
    });
    const figure = (side: keyof typeof measured, name: keyof Checked) =>
      median(measured[side].map((checked) => checked[name] ?? Number.NaN));
    const about = `${databaseOf(onServer)}, ${active.toLocaleString('en')} active`;
    ground.say(
      `${about}: ours ${Math.round(figure('ours', 'perSecond'))}/s, pg-boss ${Math.round(figure('boss', 'perSecond'))}/s`,
    );
    const cheaper = (what: string, name: keyof Checked, scale = 1): Row => ({
      what: `${about}: ${what}`,
      ours: figure('ours', name) / scale,
      baseline: figure('boss', name) / scale,
      ratio: figure('boss', name) / figure('ours', name),
      goal: null,
      met: null,
    });
    return [
      {
        what: `${about}: checks/s`,
        ours: figure('ours', 'perSecond'),
        baseline: figure('boss', 'perSecond'),
        ratio: figure('ours', 'perSecond') / figure('boss', 'perSecond'),
        goal: null,
        met: null,
      },
      ...(onServer ? [cheaper('database CPU per check, µs', 'databaseMicros')] : []),
      cheaper(`${onServer ? '' : 'database and '}process CPU per check, µs`, 'processMicros'),
      // A server's log is shared with whatever else it does.
      ...(onServer ? [] : [cheaper('write-ahead log per check, kB', 'walBytes', 1_000)]),
    ];
  } finally {
    await Promise.all([ours.stop(), boss.stop()]);
  }
}

/** Not everything due at once: as many looks as an installation of this size makes, spread over the time. */
async function paced(ground: Ground, active: number): Promise<Row[]> {
  const place = placeOf(ground, ground.databaseUrl !== null, 'paced');
  const argument: Checks = { place, active, everyMs: pacedMs, width, baseUrl: null };
  const child = await startChild('checks-ours.ts', { argument });
  try {
    const checked = await child.ask<Checked>({ forMs: ground.quick ? 5_000 : 2 * pacedMs } satisfies CheckedFor);
    const about = `${active.toLocaleString('en')} active, each every ${pacedMs / 1_000} s`;
    const alone = (what: string, ours: number | null): Row => {
      return { what: `${about}: ${what}`, ours, baseline: null, ratio: null, goal: null, met: null };
    };
    return [
      alone('checks/s', checked.perSecond),
      alone('database CPU per check, µs', checked.databaseMicros),
      alone('process CPU per check, µs', checked.processMicros),
      alone('late, median ms', checked.lateP50Ms),
      alone('late, 99th percentile ms', checked.lateP99Ms),
    ];
  } finally {
    await child.stop();
  }
}

/** With the provider's own requests, which the process makes too. */
async function overHttp(ground: Ground): Promise<Row[]> {
  const upstream = await startUpstream({ latencyMs: 0, renderMs: null });
  const place = placeOf(ground, ground.databaseUrl !== null, 'http');
  const argument: Checks = { place, active: 1_000, everyMs: 0, width, baseUrl: upstream.baseUrl };
  const child = await startChild('checks-ours.ts', { argument });
  try {
    const { perSecond, processMicros } = await measure(child, ground)();
    const alone = (what: string, ours: number): Row => {
      return { what: `over HTTP, 1,000 active: ${what}`, ours, baseline: null, ratio: null, goal: null, met: null };
    };
    return [alone('checks/s', perSecond), alone('process CPU per check, µs', processMicros)];
  } finally {
    await child.stop();
    await upstream.stop();
  }
}

const measure = (child: Child<unknown>, ground: Ground) => () =>
  child.ask<Checked>({ forMs: ground.quick ? 2_000 : 4_000 } satisfies CheckedFor);
