import { randomUUID } from 'node:crypto';
import type { Hono } from 'hono';
import { ApiError } from '../api-error.ts';
import type { Job } from '../job.ts';
import type { Jobs } from '../jobs.ts';
import type { Env } from '../misbehaviour.ts';
import {
  createService,
  credential,
  findJob,
  imageOf,
  originOf,
  pixelsOf,
  readJson,
  requestOf,
  type ServiceOptions,
  secondsOf,
} from './service.ts';

const invalidArgument = 'Client specified an invalid argument';
const codes: Record<number, string> = {
  400: invalidArgument,
  401: 'Unauthenticated',
  404: 'The requested resource was not found',
  429: 'Some resource has been exhausted',
};
const rejected = 'Generated video rejected by content moderation.';

/** A text for people in `error`, and one for programs in `code` that is a sentence too. */
const words = ({ status, code, message }: ApiError) => ({
  code: codes[status] ?? 'Internal error',
  error: code === 'moderation_blocked' ? rejected : message,
});

/** Ten thousand million ticks are a dollar. */
const ticksPerUsd = 10_000_000_000;
const usdPerSecond: Record<number, number> = { 480: 0.05, 720: 0.07 };

const usageOf = ({ seconds, width, height }: Job) => ({
  cost_in_usd_ticks: Math.round(seconds * (usdPerSecond[Math.min(width, height)] ?? 0.1) * ticksPerUsd),
});

/** 202 while it renders; moderation is a 400 with the bill, or a result without a video. */
function answerOf(jobs: Jobs, job: Job, origin: string): { status: number; body: Record<string, unknown> } {
  const { status, progress, error } = jobs.view(job);
  const { model, seconds: duration } = job;
  const told = job.faults.progress === 'none' ? {} : { progress };
  if (status === 'queued' || status === 'in_progress') {
    return { status: 202, body: { status: job.faults.status ?? 'pending', model, ...told } };
  }
  if (status === 'completed') {
    if (jobs.isExpired(job)) return { status: 200, body: { status: 'expired', model } };
    const video = { url: `${origin}/xai/files/${job.id}.mp4`, duration, respect_moderation: true };
    return { status: 200, body: { status: 'done', video, model, usage: usageOf(job), ...told } };
  }
  if (job.faults.fail?.name === 'filtered') {
    const video = { url: null, duration, respect_moderation: false };
    return { status: 200, body: { status: 'done', video, model, usage: usageOf(job) } };
  }
  if (error?.code === 'moderation_blocked') {
    return { status: 400, body: { code: invalidArgument, error: rejected, usage: usageOf(job) } };
  }
  const code = error?.code === 'aborted' ? 'aborted' : 'internal_error';
  return { status: 200, body: { status: 'failed', model, error: { code, message: error?.message } } };
}

/** api.x.ai. It has neither a cancel, nor a list, nor a webhook for videos. */
export function createXai(options: ServiceOptions): Hono<Env> {
  const { jobs, misbehaviour } = options;
  const app = createService(options, {
    keyOf: (c) => credential(c, 'Bearer'),
    // A wrong key is a bad request here; none at all is an unauthenticated one.
    refusal: (given) =>
      given
        ? new ApiError(400, 'Incorrect API key provided. You can obtain an API key from https://console.x.ai.')
        : new ApiError(401, 'No authorization header or an invalid authorization token is provided.'),
    words,
    moderationStatus: 400,
    open: /^\/xai\/files\//,
  });
  const missing = () => new ApiError(404, 'The deferred request is not found.');

  app.get('/files/:file', (c) => {
    const job = findJob(jobs, 'xai', c.req.param('file').replace(/\.mp4$/, ''), missing);
    if (jobs.isExpired(job)) throw missing();
    return misbehaviour.download(c, job, 'video');
  });

  app.get('/v1/api-key', (c) =>
    c.json({
      redacted_api_key: 'xai-...tor',
      name: 'simulator',
      acls: ['api-key:endpoint:*', 'api-key:model:*'],
      api_key_blocked: false,
      api_key_disabled: false,
      team_blocked: false,
    }),
  );
  app.get('/v1/models', (c) =>
    c.json({
      object: 'list',
      data: [{ id: 'grok-imagine-video', object: 'model', created: 0, owned_by: 'xai' }],
    }),
  );

  app.post('/v1/videos/generations', async (c) => {
    const read = async () => {
      const input = await readJson(c);
      const { prompt, model, duration, aspect_ratio: aspect, resolution, image } = input;
      if (typeof prompt !== 'string' || !prompt)
        throw new ApiError(422, 'Failed to deserialize the JSON body: missing field `prompt`');
      if (typeof model !== 'string' || !model.startsWith('grok-imagine-video')) {
        throw new ApiError(404, `The model ${model} does not exist or your team does not have access to it.`);
      }
      const pixels = pixelsOf(String(resolution ?? '480p'), String(aspect ?? '16:9'));
      if (!pixels) throw new ApiError(422, 'Failed to deserialize the JSON body: resolution: unknown variant');
      const firstFrame = imageOf(Object(image).url);
      if (firstFrame === null) throw new ApiError(400, 'The image could not be decoded.');
      const seconds = secondsOf(duration, 6);
      return requestOf(c, { api: 'xai', id: randomUUID(), prompt, model, pixels, seconds, image: firstFrame, input });
    };
    const job = await misbehaviour.create(read, c.req.header('idempotency-key') ?? null, false);
    return c.json({ request_id: job.id });
  });

  app.get('/v1/videos/:id', (c) => {
    const job = findJob(jobs, 'xai', c.req.param('id'), missing);
    return misbehaviour.poll(c, job, () => answerOf(jobs, job, originOf(c)));
  });

  return app;
}
