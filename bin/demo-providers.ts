// `npm run demo:providers`: one video through every provider, two power cuts while all of them render.
import { type Stage, tour } from '../test/tour.ts';

const paid = ({ paidUsd, paidSource }: Stage) =>
  paidUsd === null ? 'not known' : `$${paidUsd.toFixed(2)} (${paidSource})`;
const seen = ({ progress }: Stage) =>
  progress.length === 0 ? 'none told' : progress.map((percent) => `${percent}`).join(' ');

const columns: [string, (stage: Stage) => string][] = [
  ['provider', ({ provider }) => provider],
  ['state', ({ state }) => state],
  ['submitted', ({ submitted, jobs }) => `${submitted}× (${jobs} made)`],
  ['checks', ({ checks }) => String(checks)],
  ['cut off', ({ cuts }) => `${cuts}×`],
  ['webhook', ({ webhookCalls }) => (webhookCalls === null ? 'no' : `yes, ${webhookCalls}×`)],
  ['cost', paid],
  ['bytes', ({ bytes }) => String(bytes ?? '-')],
  ['sha256', ({ sha256, intact }) => (sha256 ? `${sha256.slice(0, 12)}${intact ? '' : ' (broken)'}` : '-')],
  ['progress seen, %', seen],
];

console.log('\n  No provider is really asked: the simulator speaks their wires.\n');
const stages = await tour({ say: (line) => console.log(`  ${line}`) });
const widths = columns.map(([head, cell]) => Math.max(head.length, ...stages.map((stage) => cell(stage).length)));
const line = (cells: string[]) => `  ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ')}`.trimEnd();
console.log(`\n${line(columns.map(([head]) => head))}`);
for (const stage of stages) console.log(line(columns.map(([, cell]) => cell(stage))));

const whole = stages.filter(({ intact, submitted, jobs, cuts }) => intact && submitted === 1 && jobs === 1 && cuts > 0);
console.log(`\n${stages.length} providers, ${whole.length} videos paid once and stored whole`);
process.exitCode = whole.length === stages.length ? 0 : 1;
