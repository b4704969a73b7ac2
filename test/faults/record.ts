import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import type { Fault, Outcome } from './fault.ts';

/** A long run as it is checked in. */
type Record = Outcome & {
  name: string;
  about: string;
  seconds: number;
  commit: string;
  date: string;
  machine: string;
};

const file = join(import.meta.dirname, 'results.json');
const page = join(import.meta.dirname, '../../docs/faults.md');
const [begin, end] = ['<!-- figures -->', '<!-- end of figures -->'];

/** Keeps the figures of a long run in place of those of the run before, and writes them out on the page. */
export function record({ name, about }: Fault, outcome: Outcome, seconds: number): void {
  const known: Record[] = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : [];
  const date = new Date().toISOString().slice(0, 10);
  const machine = `${cpus().length} cores, Node ${process.version.slice(1)}`;
  const entry = { name, about, ...outcome, seconds, commit: commit(), date, machine };
  keep([...known.filter((one) => one.name !== name), entry]);
}

function keep(all: Record[]): void {
  writeFileSync(file, `${JSON.stringify(all, null, 2)}\n`);
  const text = readFileSync(page, 'utf8');
  const [before] = text.split(begin);
  const [, after] = text.split(end);
  writeFileSync(page, `${before}${begin}\n\n${all.map(section).join('\n')}\n${end}${after}`);
}

const section = ({ name, about, figures, broken, seconds, commit, date, machine }: Record) => `### ${name}

${about[0]?.toUpperCase()}${about.slice(1)}. Commit ${commit}, ${date}, ${seconds} s, ${machine}.

| | |
| --- | --- |
${Object.entries(figures)
  .map(([what, figure]) => `| ${what} | ${typeof figure === 'number' ? figure.toLocaleString('en') : figure} |`)
  .join('\n')}
${broken.map((promise) => `\n**Broken:** ${promise}.\n`).join('')}`;

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8', stdio: 'pipe' }).trim();
  } catch {
    return 'unknown';
  }
}
