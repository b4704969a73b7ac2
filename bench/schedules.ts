import { applied } from '#video/lifecycle.ts';
import { afterAnswer } from '#video/observation.ts';
import { type Quantiles, quantilesOf } from '#video/progress.ts';
import { nextLook } from '#video/schedule.ts';
import { about, at, claimedIn } from '#video/testing.ts';
import type { Ground } from './ground.ts';
import type { Row } from './report.ts';

/** Render times: lognormal, as in the measurements that the schedule was chosen by. One in a hundred never ends. */
const medianS = 90;
const sigma = 0.6;
const stuckShare = 0.01;
/** The seeds give up here, so calls are counted up to here. */
const timeoutS = 900;

type Random = () => number;
type Job = { renderS: number };
/** Times in seconds after acceptance at which the provider is asked, up to the one that finds the clip. */
type Schedule = (job: Job, random: Random) => Iterable<number>;
type Outcome = { calls: number; meanDelayS: number; p95DelayS: number };

/** Detection delay and calls per video, in simulated time. */
export async function benchSchedules(ground: Ground): Promise<Row[]> {
  const videos = ground.quick ? 1_000 : 5_000;
  const typical = learned();
  const run = (schedule: Schedule) => simulate(schedule, videos);
  const seed1 = run(every(5));
  const noisy = run(ours(typical, noisyProgress));
  ground.say(`calls and mean delay: noisy progress ${told(noisy)}, fixed 5 s ${told(seed1)}`);
  const name = 'noisy progress, nobody watches';
  return [
    ...compared(name, noisy, 'fixed 5 s (seed 1)', seed1, { callsAtMost: 1 / 3, earlier: true }),
    ...compared(name, noisy, 'cron of 30 s (seed 2)', run(every(30)), { earlier: true }),
    ...compared(name, noisy, '5 s, doubling after 2 min (seed 1, later)', run(backingOff), { earlier: true }),
    ...compared('noisy progress, watched all the time', run(ours(typical, noisyProgress, true)), 'fixed 5 s', seed1),
    ...compared('exact progress', run(ours(typical, exactProgress)), 'fixed 5 s', seed1),
    ...compared('progress itself off by a fifth', run(ours(typical, wildProgress)), 'fixed 5 s', seed1),
    ...compared('progress in steps of 10 %', run(ours(typical, coarseProgress)), 'fixed 5 s', seed1),
    ...compared('99 % for the last tenth', run(ours(typical, earlyProgress)), 'fixed 5 s', seed1),
    ...compared('no progress, watched', run(ours(typical, null, true)), 'fixed 5 s', seed1),
    ...compared('no progress, nobody watches', run(ours(typical, null)), 'cron of 30 s', run(every(30))),
  ];
}

const told = ({ calls, meanDelayS }: Outcome) => `${calls.toFixed(1)} / ${meanDelayS.toFixed(2)} s`;

function compared(
  name: string,
  ours: Outcome,
  otherName: string,
  other: Outcome,
  goals: { callsAtMost?: number; earlier?: boolean } = {},
): Row[] {
  const { callsAtMost, earlier } = goals;
  const what = `${name} · ${otherName}`;
  return [
    {
      what: `${what}: calls per video`,
      ours: ours.calls,
      baseline: other.calls,
      ratio: other.calls / ours.calls,
      goal: callsAtMost ? `at least ${Number((1 / callsAtMost).toFixed(2))}× fewer` : null,
      met: callsAtMost ? ours.calls <= callsAtMost * other.calls : null,
    },
    {
      what: `${what}: mean delay, s`,
      ours: ours.meanDelayS,
      baseline: other.meanDelayS,
      ratio: other.meanDelayS / ours.meanDelayS,
      goal: earlier ? 'smaller' : null,
      met: earlier ? ours.meanDelayS < other.meanDelayS : null,
      note: `95 % found within ${ours.p95DelayS.toFixed(1)} s, beside ${other.p95DelayS.toFixed(1)} s.`,
    },
  ];
}

/** The same jobs for every schedule. Stuck ones count in calls only: nobody finds what does not come. */
function simulate(schedule: Schedule, videos: number): Outcome {
  const [jobs, random] = [seeded(1), seeded(2)];
  let calls = 0;
  const delaysS: number[] = [];
  for (let i = 0; i < videos; i++) {
    const renderS = drawRender(jobs);
    const stuck = jobs() < stuckShare;
    const job = { renderS: stuck ? Number.POSITIVE_INFINITY : renderS };
    for (const lookS of schedule(job, random)) {
      if (lookS > timeoutS) break;
      calls += 1;
      if (lookS < job.renderS) continue;
      delaysS.push(lookS - job.renderS);
      break;
    }
  }
  delaysS.sort((a, b) => a - b);
  const meanDelayS = delaysS.reduce((sum, delay) => sum + delay, 0) / delaysS.length;
  return { calls: calls / videos, meanDelayS, p95DelayS: delaysS[Math.floor(0.95 * delaysS.length)] ?? Number.NaN };
}

// ---------------------------------------------------------------- the seeds

/** "Poll every 5 seconds"; "Every 30 seconds", wherever the cycle stands when the job begins. */
function every(intervalS: number): Schedule {
  return function* (_job, random) {
    for (let s = intervalS * random(); ; s += intervalS) if (s > 0) yield s;
  };
}

/** "Exponential Backoff: Increase poll interval after 2 minutes". The factor 2 and the cap of a minute are a reading. */
function* backingOff(): Iterable<number> {
  let intervalS = 5;
  for (let s = intervalS; ; s += intervalS) {
    yield s;
    if (s >= 120) intervalS = Math.min(60, intervalS * 2);
  }
}

// ---------------------------------------------------------------- ours

/** What the provider says at this share of its work, in per cent. */
type Progress = (share: number, random: Random) => number;

const exactProgress: Progress = (share) => Math.floor(100 * share);
/** Each report is wrong about the time that is left by a fifth, so that it jumps to and fro. */
const noisyProgress: Progress = (share, random) =>
  Math.floor((100 * share) / (share + (1 - share) * Math.exp(0.2 * normal(random))));
/** Each report is itself off by a fifth: near the end it knows next to nothing. */
const wildProgress: Progress = (share, random) => Math.floor(100 * share * Math.exp(0.2 * normal(random)));
const coarseProgress: Progress = (share) => 10 * Math.floor(10 * share);
const earlyProgress: Progress = (share) => Math.floor(110 * share);

/** The product's own decisions: each answer makes a move, and the move says when to look next. */
function ours(typical: Quantiles, progress: Progress | null, watched = false): Schedule {
  return function* ({ renderS }, random) {
    let claimed = claimedIn('running', watched ? { watchedUntil: at(timeoutS * 2) } : {});
    let next = nextLook({ ...claimed, ...about(at(0), { typical, random: random() }) });
    for (;;) {
      const lookS = (next.getTime() - at(0).getTime()) / 1_000;
      yield lookS;
      const percent = progress && Math.min(99, progress(lookS / renderS, random));
      const answer = { kind: 'running' as const, queued: false, progress: percent, raw: null };
      const step = afterAnswer(claimed, answer, about(next, { typical, random: random() }));
      if (!step.next) return;
      claimed = applied(claimed, step);
      next = step.next;
    }
  };
}

/** As the product learns: from the last 200 clips of the kind. */
function learned(): Quantiles {
  const random = seeded(3);
  return quantilesOf(Array.from({ length: 200 }, () => 1_000 * drawRender(random)));
}

// ---------------------------------------------------------------- chance

const drawRender = (random: Random) => medianS * Math.exp(sigma * normal(random));

/** Box and Muller. */
const normal = (random: Random) => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/** Mulberry32: the same figures in every run. */
function seeded(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
