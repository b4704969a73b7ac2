import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '#store/database/database.ts';
import type { Checked } from '../checks.ts';
import { countCpu, walBytes } from './cpu.ts';

const warmMs = 1_000;

/** Counts what goes on for a while, after a warm-up. `taken` answers the looks so far, and the lateness of those since the last call. */
export async function measureChecks(
  database: Database,
  forMs: number,
  taken: () => { looks: number; late: number[] },
): Promise<Checked> {
  await sleep(warmMs);
  const wal = await walBytes(database);
  const cpuSoFar = await countCpu(database);
  const { looks } = taken();
  const startedAt = performance.now();
  await sleep(forMs);
  const seconds = (performance.now() - startedAt) / 1_000;
  const { late, ...then } = taken();
  const cpu = await cpuSoFar();
  const done = then.looks - looks;
  late.sort((a, b) => a - b);
  const at = (share: number) => late[Math.floor(share * late.length)] ?? Number.NaN;
  return {
    perSecond: done / seconds,
    processMicros: (1_000 * cpu.processMs) / done,
    databaseMicros: cpu.databaseMs === null ? null : (1_000 * cpu.databaseMs) / done,
    walBytes: ((await walBytes(database)) - wal) / done,
    lateP50Ms: at(0.5),
    lateP99Ms: at(0.99),
  };
}
