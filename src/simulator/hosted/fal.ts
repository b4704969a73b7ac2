import { randomUUID } from 'node:crypto';
import type { Context, Hono } from 'hono';
import { ApiError } from '../api-error.ts';
import type { Job } from '../job.ts';
import type { Jobs } from '../jobs.ts';
import type { Env } from '../misbehaviour.ts';
import type { Message } from './callbacks.ts';
import {
  createService,
  credential,
  findJob,
  imageOf,
  iso,
  jobsOf,
  originOf,
  pixelsOf,
  progressLines,
  readJson,
  requestOf,
  type ServiceOptions,
  secondsOf,
} from './service.ts';
import type { Signing } from './signing.ts';

/** Where an error of the model's input is, as FastAPI says it. */
const detail = (field: string, msg: string, type: string) => ({ detail: [{ loc: ['body', field], msg, type }] });

/** `detail` is a list for a model's errors, and a text with `error_type` for those of the platform. */
function words({ code, message, param }: ApiError) {
  if (code === 'moderation_blocked') return moderated;
  return param === null
    ? { detail: message, ...(code && { error_type: code }) }
    : detail(param, message, code ?? 'value_error');
}

const moderated = detail(
  'prompt',
  'The content could not be processed because it contained material flagged by a content checker.',
  'content_policy_violation',
);

/** What became of a job that has ended, as status and body of its result. Source: fal.ai/docs, model and request errors. */
function resultOf(
  jobs: Jobs,
  job: Job,
  origin: string,
): { status: number; body: Record<string, unknown>; type?: string } {
  const { status, error } = jobs.view(job);
  if (status === 'canceled') return platformError(499, 'The request was cancelled by the client', 'client_cancelled');
  if (status !== 'failed') {
    const file = { content_type: 'video/mp4', file_name: 'output.mp4', file_size: job.rendered?.files.video.bytes };
    const { width, height, seconds } = job;
    return {
      status: 200,
      body: {
        video: { url: `${origin}/fal/files/${job.id}.mp4`, ...file, width, height, duration: seconds },
        seed: 42,
      },
    };
  }
  if (error?.code === 'moderation_blocked') return { status: 422, body: moderated };
  if (error?.code === 'aborted') return platformError(504, 'Request timed out', 'request_timeout');
  return {
    status: 500,
    body: detail('prompt', error?.message ?? 'Internal server error', 'internal_server_error'),
    type: 'internal_server_error',
  };
}

const platformError = (status: number, message: string, type: string) => ({
  status,
  body: { detail: message, error_type: type },
  type,
});

const hasEnded = (status: string) => ['completed', 'failed', 'canceled'].includes(status);

/** queue.fal.run, api.fal.ai and rest.fal.ai under one address. */
export function createFal(options: ServiceOptions): Hono<Env> {
  const { jobs, misbehaviour, signing } = options;
  const app = createService(options, {
    keyOf: (c) => credential(c, 'Key'),
    refusal: (given) =>
      new ApiError(
        401,
        given ? 'No user found for Key ID and Secret' : 'Authentication is required to access this application',
      ),
    words,
    moderationStatus: 422,
    open: /^\/fal\/(files\/|\.well-known\/)/,
  });
  const find = (c: Context<Env>) =>
    findJob(jobs, 'fal', c.req.param('id'), () => new ApiError(404, 'Request not found'));

  app.get('/.well-known/jwks.json', (c) => c.json(signing.falKeys()));

  app.get('/files/:file', (c) => {
    const job = findJob(jobs, 'fal', c.req.param('file').replace(/\.mp4$/, ''), () => new ApiError(404, 'Not Found'));
    if (jobs.isExpired(job)) throw new ApiError(404, 'Not Found');
    return misbehaviour.download(c, job, 'video');
  });

  app.get('/v1/models', (c) =>
    c.json({
      models: [
        { endpoint_id: 'fal-ai/test-pattern', metadata: { display_name: 'Test pattern', category: 'text-to-video' } },
      ],
      next_cursor: null,
      has_more: false,
    }),
  );

  /** Only what has ended: the real one is sorted by the end of a request. */
  app.get('/v1/models/requests/by-endpoint', (c) => {
    const { endpoint_id, start, cursor, limit = '50', expand } = c.req.query();
    if (!endpoint_id) throw new ApiError(422, 'Field required', { code: 'missing', param: 'endpoint_id' });
    const endpoints = endpoint_id.split(',');
    const sinceMs = start ? Date.parse(start) : 0;
    const from = Number(cursor ?? 0);
    const upTo = from + Number(limit);
    const all = jobsOf(jobs, 'fal').filter(
      (job) => endpoints.includes(job.model) && job.createdAtMs >= sinceMs && hasEnded(jobs.view(job).status),
    );
    const origin = originOf(c);
    return c.json({
      items: all.slice(from, upTo).map((job) => {
        const { status, body } = resultOf(jobs, job, origin);
        const startedAtMs = job.createdAtMs + job.plan.queueMs;
        const endedAtMs = jobs.view(job).completedAtMs ?? startedAtMs;
        return {
          request_id: job.id,
          endpoint_id: job.model,
          sent_at: iso(job.createdAtMs),
          started_at: iso(startedAtMs),
          ended_at: iso(endedAtMs),
          status_code: status,
          duration: (endedAtMs - startedAtMs) / 1000,
          ...(expand === 'payloads' && { json_input: job.hosted?.input, json_output: body }),
        };
      }),
      next_cursor: upTo < all.length ? String(upTo) : null,
      has_more: upTo < all.length,
    });
  });

  app.get('/:owner/:app/requests/:id/status', (c) => {
    const job = find(c);
    return misbehaviour.poll(c, job, () => {
      const { status, progress } = jobs.view(job);
      const lines = progressLines(job, progress).map((message) => ({
        message,
        level: 'INFO',
        source: 'USER',
        timestamp: iso(job.createdAtMs + job.plan.queueMs),
      }));
      const shared = {
        request_id: job.id,
        ...urlsOf(originOf(c), job),
        ...(c.req.query('logs') === '1' && { logs: lines }),
      };
      if (status === 'queued') {
        const ahead = jobsOf(jobs, 'fal').filter(
          (other) => other.seq < job.seq && jobs.view(other).status === 'queued',
        );
        return { status: 202, body: { status: 'IN_QUEUE', queue_position: ahead.length, ...shared } };
      }
      if (!hasEnded(status)) return { status: 202, body: { status: 'IN_PROGRESS', ...shared } };
      const result = resultOf(jobs, job, originOf(c));
      const failed =
        result.status === 200 ? {} : { error: `Unexpected status code: ${result.status}`, error_type: result.type };
      const metrics = { inference_time: job.plan.renderMs / 1000 };
      return { body: { status: 'COMPLETED', ...shared, metrics, ...failed } };
    });
  });

  app.get('/:owner/:app/requests/:id', (c) => {
    const job = find(c);
    return misbehaviour.poll(c, job, () => {
      if (!hasEnded(jobs.view(job).status)) return { status: 400, body: { detail: 'Request is still in progress' } };
      const { status, body, type } = resultOf(jobs, job, originOf(c));
      if (type) c.header('x-fal-error-type', type);
      return { status, body };
    });
  });

  app.put('/:owner/:app/requests/:id/cancel', async (c) => {
    const job = jobs.get(c.req.param('id'));
    if (job?.hosted?.api !== 'fal') return c.json({ status: 'NOT_FOUND' }, 404);
    if (hasEnded(jobs.view(job).status)) return c.json({ status: 'ALREADY_COMPLETED' }, 400);
    await jobs.cancel(job);
    return c.json({ status: 'CANCELLATION_REQUESTED' }, 202);
  });

  app.post('/:owner/:app/:rest{.*}?', async (c) => {
    const model = decodeURIComponent(c.req.path.replace(/^\/fal\//, ''));
    const read = async () => {
      const input = await readJson(c);
      const { prompt, aspect_ratio: aspect, resolution, duration } = input;
      if (typeof prompt !== 'string' || !prompt) throw invalid('prompt', 'Field required', 'missing');
      const pixels = pixelsOf(String(resolution ?? '720p'), String(aspect ?? '16:9'));
      if (!pixels) throw invalid('resolution', 'Input should be a known resolution', 'literal_error');
      const image = imageOf(input.image_url);
      if (image === null) throw invalid('image_url', 'Failed to load the image', 'image_load_error');
      const webhook = c.req.query('fal_webhook');
      const seconds = secondsOf(duration, 5);
      return requestOf(c, { api: 'fal', id: randomUUID(), prompt, model, pixels, seconds, image, input, webhook });
    };
    const job = await misbehaviour.create(read, c.req.header('idempotency-key') ?? null, false);
    return c.json({ status: 'IN_QUEUE', request_id: job.id, queue_position: 0, ...urlsOf(originOf(c), job) });
  });

  return app;
}

const invalid = (field: string, message: string, code: string) => new ApiError(422, message, { param: field, code });

/** Without the part of the model's name behind the app: it counts only when a request is sent. */
function urlsOf(origin: string, { id, model }: Job) {
  const url = `${origin}/fal/${model.split('/').slice(0, 2).join('/')}/requests/${id}`;
  return { response_url: url, status_url: `${url}/status`, cancel_url: `${url}/cancel` };
}

/** Names of files are complete only in an answer: a webhook has no request to take the origin from. */
export function falMessage(jobs: Jobs, signing: Signing, job: Job, atMs: number): Message {
  const { status, body: payload } = resultOf(jobs, job, 'https://fal.media');
  const ids = { request_id: job.id, gateway_request_id: job.id };
  const body = JSON.stringify(
    status === 200
      ? { ...ids, status: 'OK', payload }
      : { ...ids, status: 'ERROR', error: `Unexpected status code: ${status}`, payload },
  );
  return { body, headers: signing.fal(job.id, body, atMs) };
}
