import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';

/** One measurement of ours beside its baseline, in the unit that `what` names. */
export type Row = {
  what: string;
  ours: number | null;
  baseline: number | null;
  /** How many times better ours is, unless `goal` says otherwise. */
  ratio: number | null;
  /** What has to be reached; null = told for comparison only. */
  goal: string | null;
  met: boolean | null;
  note?: string;
};

export type Report = {
  date: string;
  commit: string;
  node: string;
  database: string;
  cpus: string;
  /** Of the last minute, when each bench began, and at the end of all. */
  load: Record<string, number>;
  seconds: number;
  benches: Record<string, { about: string; baseline: string; rows: Row[] }>;
};

export const loadNow = (): number => Number(loadavg()[0]?.toFixed(2));

export function surroundings(): Pick<Report, 'date' | 'commit' | 'node' | 'cpus'> {
  const [cpu] = cpus();
  return {
    date: new Date().toISOString(),
    commit: commit(),
    node: process.version,
    cpus: `${cpus().length} × ${cpu?.model.trim() ?? 'unknown'}`,
  };
}

/** Markdown is also what the terminal shows: one table per bench. */
export function markdown(report: Report): string {
  const { benches, load } = report;
  return [
    '# What `npm run bench` measured',
    '',
    `${report.date}, commit ${report.commit}, Node ${report.node}, ${report.database}, ${report.cpus}, ` +
      `${report.seconds} s in all.`,
    `Load average of the last minute: ${Object.entries(load)
      .map(([when, value]) => `${when} ${value}`)
      .join(', ')}.`,
    'Each figure is the median of rounds that took turns with the baseline. How: docs/bench.md.',
    ...Object.entries(benches).flatMap(([name, bench]) => ['', ...section(name, bench)]),
    '',
  ].join('\n');
}

export function section(name: string, { about, baseline, rows }: Report['benches'][string]): string[] {
  const cells = rows.map(({ what, ours, baseline: other, ratio, goal, met }) => [
    what,
    figure(ours),
    figure(other),
    ratio === null ? '' : `${figure(ratio)}×`,
    goal ?? '',
    met === null ? '' : met ? 'met' : 'MISSED',
  ]);
  const table = [['', 'ours', baseline, 'ratio', 'goal', ''], ...cells];
  const widths = table[0]?.map((_, column) => Math.max(3, ...table.map((row) => row[column]?.length ?? 0))) ?? [];
  const line = (row: string[]) => `| ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`;
  const [head = [], ...body] = table.map(line);
  const notes = rows.flatMap(({ what, note }) => (note ? [`- ${what}: ${note}`] : []));
  const rule = `| ${widths.map((width, i) => (i === 0 || i > 3 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  return [`## ${name}: ${about}`, '', String(head), rule, ...body, ...(notes.length > 0 ? ['', ...notes] : [])];
}

export function write(report: Report): void {
  writeFileSync(join(import.meta.dirname, 'results.json'), `${JSON.stringify(report, null, 2)}\n`);
  writeFileSync(join(import.meta.dirname, 'results.md'), markdown(report));
}

function figure(value: number | null): string {
  if (value === null) return '-';
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en');
  return String(Number(value.toPrecision(3)));
}

function commit(): string {
  try {
    const options = { cwd: import.meta.dirname, encoding: 'utf8' } as const;
    // `-dirty` where what ran is not quite what was committed.
    return execFileSync('git', ['describe', '--always', '--dirty', '--exclude', '*'], options).trim();
  } catch {
    return 'unknown (no git)';
  }
}
