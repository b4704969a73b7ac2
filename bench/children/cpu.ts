import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Database } from '#store/database/database.ts';

/** What a stretch of work took: of this process, and of the database's own (null = it is inside this one, or elsewhere). */
export type Cpu = { processMs: number; databaseMs: number | null };

/** Counts CPU time from the call on; the function that it answers tells it so far. */
export async function countCpu(database: Database): Promise<() => Promise<Cpu>> {
  const process0 = process.cpuUsage();
  const database0 = await backends(database);
  return async () => {
    const { user, system } = process.cpuUsage(process0);
    const now = [...(await backends(database))];
    return {
      processMs: (user + system) / 1_000,
      databaseMs: now.length > 0 ? now.reduce((sum, [pid, ms]) => sum + ms - (database0.get(pid) ?? 0), 0) : null,
    };
  };
}

/** The server's processes behind our connections, which go by a name of their own, and what each has used so far. */
async function backends(database: Database): Promise<Map<number, number>> {
  if (database.exclusive) return new Map();
  const rows = await database.query<{ pid: number }>(
    `select pid from pg_stat_activity where application_name = current_setting('application_name')`,
  );
  const used = rows.map(({ pid }) => [pid, cpuOf(pid)] as const);
  return new Map(used.filter(([, ms]) => Number.isFinite(ms)));
}

const ticksPerSecond =
  process.platform === 'linux' ? Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' })) : 0;

/** User and system time of a process of this machine, in milliseconds; NaN where it cannot be seen. */
function cpuOf(pid: number): number {
  if (ticksPerSecond === 0) return Number.NaN;
  try {
    // The name in brackets may hold anything; behind it, the 12th and 13th fields are the times.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
    return ((Number(fields[11]) + Number(fields[12])) * 1_000) / ticksPerSecond;
  } catch {
    return Number.NaN;
  }
}

/** Bytes of write-ahead log so far; of the whole server, so it counts only where nobody else writes. */
export async function walBytes(database: Database): Promise<number> {
  const [row] = await database.query<{ bytes: number }>(
    `select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::float8 as bytes`,
  );
  return row?.bytes ?? Number.NaN;
}
