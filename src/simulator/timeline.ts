import { failures } from './faults.ts';
import type { Job } from './job.ts';

/** `canceled` only where a wire has a cancel: DELETE of `/v1/videos` takes the job away. */
export type Status = 'queued' | 'in_progress' | 'completed' | 'failed' | 'canceled';

/** A job as it stands at one moment. */
export type View = {
  status: Status;
  progress: number;
  completedAtMs: number | null;
  expiresAtMs: number | null;
  error: { code: string; message: string } | null;
};

/** How long a job waits and renders, fixed when it is created. */
export type Plan = { queueMs: number; renderMs: number };

/** [share of the rendering time, percent]: uneven steps with plateaus, as real services report them. */
const steps: readonly (readonly [number, number])[] = [
  [0, 1],
  [0.05, 6],
  [0.12, 11],
  [0.19, 18],
  [0.28, 27],
  [0.35, 33],
  [0.45, 46],
  [0.52, 52],
  [0.6, 61],
  [0.66, 68],
  [0.74, 79],
  [0.83, 86],
  [0.9, 94],
  [0.96, 99],
];

/** Share of the rendering after which a job with `[fail:…]` gives up. */
const failShare = 0.4;

const pending = { completedAtMs: null, expiresAtMs: null, error: null };

/**
 * Where a job stands now: a pure function of the job and the clock, so that a restart changes nothing. Completed is what
 * has had its time and whose files are there.
 */
export function lookAt(job: Job, nowMs: number, retentionMs: number): View {
  const { queueMs, renderMs } = job.plan;
  const { faults } = job;
  if (job.canceledAtMs !== undefined) return { ...pending, status: 'canceled', progress: 0 };
  const renderedForMs = nowMs - job.createdAtMs - queueMs;
  if (renderedForMs < 0) return { ...pending, status: 'queued', progress: 0 };
  const share = renderMs > 0 ? Math.min(1, renderedForMs / renderMs) : 1;
  const failure = faults.fail ? failures[faults.fail.name] : job.renderError;
  if (failure && share >= failShare) {
    return { ...pending, status: 'failed', progress: percentAt(failShare), error: { ...failure } };
  }
  const running = { ...pending, status: 'in_progress' as const };
  if (faults.stall !== undefined) return { ...running, progress: Math.min(percentAt(share), faults.stall) };
  if (faults.progress === 'back' && share > 0.5 && share < 0.8) return { ...running, progress: percentAt(share) - 20 };
  const readyAtMs = job.rendered?.atMs;
  if (share < 1 || readyAtMs === undefined) return { ...running, progress: percentAt(share) };
  const completedAtMs = Math.max(job.createdAtMs + queueMs + renderMs, readyAtMs);
  const expiresAtMs = faults.expire ? completedAtMs : completedAtMs + retentionMs;
  return { status: 'completed', progress: 100, completedAtMs, expiresAtMs, error: null };
}

function percentAt(share: number): number {
  return steps.findLast(([from]) => from <= share)?.[1] ?? 0;
}

/** Rendering costs about this much time per pixel and frame on a small machine (1.8 s for 1280×720, 4 s at 12 fps, measured). */
const nsPerPixelFrame = 50;

/**
 * The plan of a new job. `rendererFreeAtMs` says when the renderer is done with what was asked before: until then a job is
 * queued. `speed` divides the usual times, 0 means no waiting; directives are in real seconds.
 */
export function planFor(
  job: Pick<Job, 'width' | 'height' | 'seconds' | 'faults' | 'createdAtMs'>,
  { fps, speed, rendererFreeAtMs }: { fps: number; speed: number; rendererFreeAtMs: number },
): Plan & { costMs: number } {
  const costMs = (job.width * job.height * job.seconds * fps * nsPerPixelFrame) / 1e6;
  const paced = (ms: number) => (speed > 0 ? ms / speed : 0);
  const backlogMs = speed > 0 ? Math.max(0, rendererFreeAtMs - job.createdAtMs) : 0;
  return {
    queueMs: job.faults.queue ?? Math.max(paced(1_200), backlogMs),
    renderMs: job.faults.render ?? paced(Math.max(7_000, 1.5 * costMs)),
    costMs,
  };
}
