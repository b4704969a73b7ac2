import { expect, test } from 'vitest';
import { readFaults } from './faults.ts';
import type { Job } from './job.ts';
import { lookAt, planFor } from './timeline.ts';

const createdAtMs = 1_800_000_000_000;
const files = {
  video: { bytes: 1, sha256: '' },
  thumbnail: { bytes: 1, sha256: '' },
  spritesheet: { bytes: 1, sha256: '' },
};

function job(prompt = 'a fox', changes: Partial<Job> = {}): Job {
  return {
    id: 'video_1',
    seq: 1,
    createdAtMs,
    prompt,
    model: 'test-pattern',
    size: '320x180',
    width: 320,
    height: 180,
    seconds: 4,
    plan: { queueMs: 1_000, renderMs: 10_000 },
    hasFirstFrame: false,
    idempotencyKey: null,
    fingerprint: '',
    posts: 1,
    spent: {},
    rendered: { atMs: createdAtMs + 500, clip: 'video_1', files },
    renderError: null,
    removed: null,
    faults: readFaults(prompt).faults,
    ...changes,
  };
}

const at = (subject: Job, ms: number) => lookAt(subject, createdAtMs + ms, 60_000);
const everyTenth = Array.from({ length: 121 }, (_, i) => i * 100);

test('a job is queued at 0, then in progress in uneven steps, then completed at 100', () => {
  const views = everyTenth.map((ms) => at(job(), ms));
  expect(views[0]).toMatchObject({ status: 'queued', progress: 0, completedAtMs: null });
  const percents = views.map((view) => view.progress);
  expect(percents).toEqual(percents.toSorted((a, b) => a - b));
  expect(new Set(percents).size).toBeGreaterThan(10);
  for (const view of views) expect(view.progress === 100).toBe(view.status === 'completed');
  expect(views.at(-1)).toMatchObject({
    status: 'completed',
    completedAtMs: createdAtMs + 11_000,
    expiresAtMs: createdAtMs + 71_000,
  });
});

test('a job whose clip is not there yet waits at 99', () => {
  expect(at(job('a fox', { rendered: null }), 60_000)).toMatchObject({ status: 'in_progress', progress: 99 });
  const late = job('a fox', { rendered: { atMs: createdAtMs + 50_000, clip: 'video_1', files } });
  expect(at(late, 60_000).completedAtMs).toBe(createdAtMs + 50_000);
});

test('directives bend the course of a job', () => {
  expect(at(job('[fail:moderation]'), 2_000)).toMatchObject({ status: 'in_progress', error: null });
  expect(at(job('[fail:moderation]'), 9_000)).toMatchObject({
    status: 'failed',
    progress: 33,
    error: { code: 'moderation_blocked' },
  });
  expect(at(job('[stall:99]'), 1e9)).toMatchObject({ status: 'in_progress', progress: 99 });
  expect(at(job('[stall:20]'), 1e9)).toMatchObject({ status: 'in_progress', progress: 20 });
  const back = everyTenth.map((ms) => at(job('[progress:back]'), ms).progress);
  expect(back).not.toEqual(back.toSorted((a, b) => a - b));
  expect(at(job('[expire]'), 20_000)).toMatchObject({ status: 'completed', expiresAtMs: createdAtMs + 11_000 });
});

test('the plan of a default clip is under ten seconds, and waits behind what is being rendered', () => {
  const clip = { ...job(), width: 1280, height: 720 };
  const free = planFor(clip, { fps: 12, speed: 1, rendererFreeAtMs: 0 });
  expect(free.queueMs + free.renderMs).toBeLessThan(10_000);
  const busy = planFor(clip, { fps: 12, speed: 1, rendererFreeAtMs: createdAtMs + 8_000 });
  expect(busy.queueMs).toBe(8_000);
  expect(planFor(clip, { fps: 12, speed: 0, rendererFreeAtMs: 1e15 })).toMatchObject({ queueMs: 0, renderMs: 0 });
  const asked = { ...clip, faults: readFaults('[queue:30] [render:20]').faults };
  expect(planFor(asked, { fps: 12, speed: 0, rendererFreeAtMs: 0 })).toMatchObject({
    queueMs: 30_000,
    renderMs: 20_000,
  });
});
