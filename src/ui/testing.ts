import type { VideoView } from './shapes.ts';

/** A take for tests: running at 40 %, unless told otherwise. */
export function sampleVideo(patch: Partial<VideoView> = {}): VideoView {
  return {
    object: 'video',
    id: 'video_1',
    shot_id: 'shot_1',
    take: 1,
    project: null,
    prompt: 'A red fox in snow',
    model: null,
    resolved_model: 'simulator/test-pattern',
    provider: 'simulator',
    seconds: 4,
    size: '1280x720',
    width: 1280,
    height: 720,
    seed: null,
    priority: 'normal',
    inputs: [],
    status: 'in_progress',
    state: 'running',
    step: { key: 'rendering', text: 'Rendering' },
    progress: 40,
    progress_source: 'provider',
    queue_position: null,
    eta: null,
    attention: null,
    error: null,
    commands: ['cancel', 'delete'],
    warnings: [],
    video_url: null,
    thumbnail_url: null,
    spritesheet_url: null,
    starred: false,
    created_at: '2026-01-01T10:00:00.000Z',
    accepted_at: '2026-01-01T10:00:01.000Z',
    rendering_at: '2026-01-01T10:00:01.000Z',
    deadline_at: null,
    completed_at: null,
    checked_at: null,
    attempts: [],
    receipt: {
      submitted_at: '2026-01-01T10:00:01.000Z',
      submissions: 1,
      checks: 1,
      restarts_survived: 0,
      stored_at: null,
      sha256: null,
      bytes: null,
    },
    ...patch,
  };
}

/** One that was stored. */
export const readyVideo = (patch: Partial<VideoView> = {}): VideoView =>
  sampleVideo({
    status: 'completed',
    state: 'completed',
    step: { key: 'ready', text: 'Ready' },
    progress: 100,
    ...patch,
  });
