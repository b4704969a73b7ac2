// `npm run bench`: ours beside a literal implementation of the seed documents, and beside bare node:http.
import { pick, readFlags } from '../bin/flags.ts';
import { benchApi } from './api.ts';
import { benchChecks } from './checks.ts';
import { type Ground, prepareGround } from './ground.ts';
import { loadNow, type Report, type Row, section, surroundings, write } from './report.ts';
import { benchSchedules } from './schedules.ts';
import { benchStatusReads } from './status-reads.ts';
import { benchStorage } from './storage.ts';
import { benchStreams } from './streams.ts';
import { benchSweep } from './sweep.ts';
import { benchViewers } from './viewers.ts';

type Bench = { name: string; about: string; baseline: string; run: (ground: Ground) => Promise<Row[]> };

const benches: Bench[] = [
  { name: 'sweep', about: 'one look at each active video, 200 ms upstream', baseline: 'seed', run: benchSweep },
  { name: 'checks', about: 'what one look costs', baseline: 'pg-boss', run: benchChecks },
  { name: 'viewers', about: 'a thousand people watch one video', baseline: 'seed', run: benchViewers },
  { name: 'schedules', about: 'when to look, in simulated time', baseline: 'seed', run: benchSchedules },
  { name: 'storage', about: 'a finished clip comes home', baseline: 'seed', run: benchStorage },
  { name: 'streams', about: 'one change, thousands of live streams', baseline: 'bare node:http', run: benchStreams },
  { name: 'api', about: '/v1/videos over HTTP', baseline: 'the least it could be', run: benchApi },
  { name: 'status-reads', about: 'status over HTTP', baseline: 'bare node:http', run: benchStatusReads },
];

const values = readFlags({ only: { type: 'string' }, quick: { type: 'boolean', default: false } });
const chosen = pick('only', values.only?.split(',') ?? [''], benches);

const startedAt = performance.now();
const ground = await prepareGround({ quick: values.quick });
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    ground.close().finally(() => process.exit(1));
  });
}

try {
  const report: Report = { ...surroundings(), database: ground.databaseName, load: {}, seconds: 0, benches: {} };
  console.log(`${report.commit}, Node ${report.node}, ${report.database}, ${report.cpus}`);
  for (const { name, about, baseline, run } of chosen) {
    report.load[name] = loadNow();
    ground.say(`${name} (load average ${report.load[name]})`);
    const rows = await run(ground);
    report.benches[name] = { about, baseline, rows };
    console.log(`\n${section(name, { about, baseline, rows }).join('\n')}\n`);
  }
  report.load.end = loadNow();
  report.seconds = Math.round((performance.now() - startedAt) / 1_000);
  console.log(`${report.seconds} s, load average ${report.load.end} at the end`);
  const whole = !values.quick && !values.only;
  if (whole) write(report);
  console.log(whole ? 'written to bench/results.md and bench/results.json' : 'not written: only a whole run is kept');
  const missed = Object.values(report.benches).flatMap(({ rows }) => rows.filter(({ met }) => met === false));
  for (const { what, goal } of missed) console.log(`MISSED: ${what}, ${goal}`);
  process.exitCode = missed.length > 0 ? 1 : 0;
} finally {
  await ground.close();
}
