import { randomBytes } from 'node:crypto';
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

const flagged = 'The input or output was flagged as sensitive. Please try again with different inputs. (E005)';
const pageSize = 100;
const names: Record<string, string> = { queued: 'starting', in_progress: 'processing', completed: 'succeeded' };

/** Where models take a first frame: it has no one name. */
const imageFields = ['image', 'start_image', 'first_frame_image', 'input_image', 'first_frame', 'input_reference'];

/** RFC 9457 in Replicate's manner; `title` only where it is known. */
function words({ status, code, message }: ApiError) {
  const text = code === 'moderation_blocked' ? flagged : message;
  const title: Record<number, string> = {
    401: 'Unauthenticated',
    422: 'Input validation failed',
    429: 'Too many requests',
  };
  return { ...(title[status] && { title: title[status] }), detail: text, status };
}

/** A prediction, whole as in every answer, list and webhook. */
function predictionOf(jobs: Jobs, job: Job, origin: string) {
  const { status, progress, completedAtMs, error } = jobs.view(job);
  const gone = status === 'completed' && jobs.isExpired(job);
  const url = `${origin}/replicate/v1/predictions/${job.id}`;
  const file = `${origin}/replicate/files/${job.id}/output.mp4`;
  const output = status === 'completed' && !gone ? (job.faults.array ? [file] : file) : null;
  const message = error?.code === 'moderation_blocked' ? flagged : error?.message;
  const aborted = error?.code === 'aborted';
  const running = status === 'queued' || status === 'in_progress';
  return {
    id: job.id,
    model: job.model,
    version: 'hidden',
    input: gone ? {} : job.hosted?.input,
    logs: gone ? '' : progressLines(job, progress).join('\n'),
    output,
    data_removed: gone,
    error: status === 'failed' && !aborted ? message : null,
    source: 'api',
    status: (running && job.faults.status) || (status === 'failed' && aborted ? 'aborted' : (names[status] ?? status)),
    created_at: iso(job.createdAtMs),
    started_at: status === 'queued' ? null : iso(job.createdAtMs + job.plan.queueMs),
    completed_at: running ? null : iso(completedAtMs ?? job.canceledAtMs ?? job.createdAtMs + job.plan.queueMs),
    urls: { get: url, cancel: `${url}/cancel`, web: `${origin}/replicate/p/${job.id}` },
    metrics: running ? {} : { predict_time: job.plan.renderMs / 1000 },
  };
}

/** api.replicate.com, and replicate.delivery for the files. */
export function createReplicate(options: ServiceOptions): Hono<Env> {
  const { jobs, misbehaviour, signing } = options;
  const app = createService(options, {
    keyOf: (c) => credential(c, 'Bearer'),
    refusal: () => new ApiError(401, 'You did not pass a valid authentication token'),
    words,
    moderationStatus: 422,
    open: /^\/replicate\/files\//,
  });
  const missing = () => new ApiError(404, 'The requested resource could not be found.');

  app.get('/files/:id/output.mp4', (c) => {
    const job = findJob(jobs, 'replicate', c.req.param('id'), missing);
    if (jobs.isExpired(job)) throw missing();
    return misbehaviour.download(c, job, 'video');
  });

  app.get('/v1/account', (c) =>
    c.json({ type: 'user', username: 'simulator', name: 'Simulator', github_url: null, avatar_url: null }),
  );
  app.get('/v1/webhooks/default/secret', (c) => c.json({ key: signing.replicateSecret() }));

  async function create(c: Context<Env>, modelOf: (body: Record<string, unknown>) => string): Promise<Response> {
    const read = async () => {
      const body = await readJson(c);
      const input = { ...Object(body.input) };
      const { prompt, aspect_ratio: aspect, size, resolution, duration, seconds } = input;
      if (typeof prompt !== 'string' || !prompt) throw new ApiError(422, '- input: prompt is required\n');
      const pixels = pixelsIn(size) ?? pixelsOf(String(resolution ?? '720p'), String(aspect ?? '16:9'));
      if (!pixels)
        throw new ApiError(422, '- input.resolution: must be one of the following: "480p", "720p", "1080p"\n');
      const image = imageOf(imageFields.map((field) => input[field]).find((value) => value !== undefined));
      if (image === null) throw new ApiError(422, '- input.image: not a valid image\n');
      return requestOf(c, {
        api: 'replicate',
        id: idOf(),
        prompt,
        model: modelOf(body),
        pixels,
        seconds: secondsOf(duration ?? seconds, 5),
        image,
        input,
        webhook: typeof body.webhook === 'string' ? body.webhook : null,
      });
    };
    const job = await misbehaviour.create(read, c.req.header('idempotency-key') ?? null, false);
    return c.json(predictionOf(jobs, job, originOf(c)), 201);
  }

  app.post('/v1/models/:owner/:name/predictions', (c) =>
    create(c, () => `${c.req.param('owner')}/${c.req.param('name')}`),
  );
  app.post('/v1/predictions', (c) => create(c, ({ version }) => String(version)));

  app.get('/v1/predictions', (c) => {
    const from = Number(c.req.query('cursor') ?? 0);
    const all = jobsOf(jobs, 'replicate');
    const origin = originOf(c);
    const page = (start: number) => `${origin}/replicate/v1/predictions?cursor=${start}`;
    return c.json({
      previous: from > 0 ? page(Math.max(0, from - pageSize)) : null,
      next: from + pageSize < all.length ? page(from + pageSize) : null,
      results: all.slice(from, from + pageSize).map((job) => predictionOf(jobs, job, origin)),
    });
  });

  app.get('/v1/predictions/:id', (c) => {
    const job = findJob(jobs, 'replicate', c.req.param('id'), missing);
    return misbehaviour.poll(c, job, () => ({ body: predictionOf(jobs, job, originOf(c)) }));
  });

  app.post('/v1/predictions/:id/cancel', async (c) => {
    const job = findJob(jobs, 'replicate', c.req.param('id'), missing);
    const { status } = jobs.view(job);
    if (status === 'queued' || status === 'in_progress') await jobs.cancel(job);
    return c.json(predictionOf(jobs, job, originOf(c)));
  });

  return app;
}

const idAlphabet = 'abcdefghjkmnpqrstvwxyz0123456789';
const idOf = () => [...randomBytes(26)].map((byte) => idAlphabet[byte % idAlphabet.length]).join('');

function pixelsIn(size: unknown) {
  const [, width, height] = /^(\d{2,4})[x*](\d{2,4})$/.exec(String(size)) ?? [];
  return width && height ? { width: Number(width), height: Number(height) } : null;
}

/** Names of files are complete only in an answer: a webhook has no request to take the origin from. */
export function replicateMessage(jobs: Jobs, signing: Signing, job: Job, atMs: number): Message {
  const body = JSON.stringify(predictionOf(jobs, job, 'https://replicate.delivery'));
  return { body, headers: signing.replicate(`msg_${job.id}`, body, atMs) };
}
