import { describe, expect, test } from 'vitest';
import { minuteMs, setScene } from '#store/conformance/scene.ts';
import { openStore } from './store.ts';
import { testDatabases } from './testing.ts';

describe.each(testDatabases())('the view sora_videos in $name', ({ open }) => {
  test('has the seven columns of Sora-era code, and shows what its routes show', async () => {
    const database = await open();
    const { ask, running, claimed, save, clock } = await setScene(async (options) => openStore(database, options));
    const queued = await ask({ settings: { style: 'noir' }, model: 'sora-2' });
    const rendering = await running();
    const waiting = await running();
    await save(await claimed(waiting), 'running', { next: null, video: { upstreamQueued: true } });
    const late = await running();
    const deadlineAt = clock.in(15 * minuteMs);
    await save(await claimed(late), 'overdue', { next: clock.in(minuteMs), video: { deadlineAt } });
    const done = await running();
    const storing = await claimed(done);
    await save(storing, 'storing', { next: clock.now(), keepsClaim: true });
    const stored = { ...storing, video: { ...storing.video, state: 'storing' as const } };
    await save(stored, 'completed', { next: null, video: { completedAt: clock.now() } });
    const failed = await running();
    await save(await claimed(failed), 'failed', {
      next: null,
      video: { errorCode: 'moderation', errorMessage: 'Refused.' },
    });
    const hidden = await ask();
    await save(await claimed(hidden), 'canceled', { next: null, video: { hiddenAt: clock.now() } });

    const rows = await database.query<Record<string, unknown>>('select * from sora_videos order by sora_job_id');
    expect(Object.keys(rows[0] ?? {})).toEqual([
      'sora_job_id',
      'sora_generation_status',
      'sora_video_url',
      'sora_started_at',
      'sora_completed_at',
      'sora_error_message',
      'sora_settings',
    ]);
    expect(rows.map((row) => [row.sora_job_id, row.sora_generation_status, row.sora_error_message])).toEqual([
      [queued, 'queued', null],
      [rendering, 'in_progress', null],
      [waiting, 'queued', null],
      [late, 'failed', 'Generation timed out after 15 minutes'],
      [done, 'completed', null],
      [failed, 'failed', 'Refused.'],
    ]);
    expect(rows[0]?.sora_settings).toEqual({
      style: 'noir',
      model: 'sora-2',
      prompt: 'a fox',
      size: '320x180',
      seconds: 4,
    });
    expect(rows[4]).toMatchObject({ sora_video_url: `/api/videos/${done}/content`, sora_completed_at: clock.now() });
    expect(rows[1]?.sora_video_url).toBeNull();
  });
});
