import { randomBytes } from 'node:crypto';
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { variants } from '#simulator/picture/render.ts';
import { ApiError } from './api-error.ts';
import type { Characters } from './characters.ts';
import { addDerived } from './derived.ts';
import type { Job } from './job.ts';
import type { Jobs } from './jobs.ts';
import { ledgerOf } from './ledger.ts';
import type { Env, Misbehaviour } from './misbehaviour.ts';
import type { Personality } from './personality.ts';
import { type CreateRequest, defaultModel, readCreate, readListQuery, videoObject } from './wire.ts';

type RoutesOptions = {
  jobs: Jobs;
  misbehaviour: Misbehaviour;
  personality: Personality;
  apiKey: string | undefined;
  speed: number;
  characters: Characters;
  /** The wires of hosted services, under a path of their own. */
  hosted: Hono<Env>;
};

const maxBodyBytes = 64 * 1024 * 1024;

/** The HTTP side: the protocol's routes, bent by the personality and by the directives in the prompts. */
export function createRoutes({
  jobs,
  misbehaviour,
  personality,
  apiKey,
  speed,
  characters,
  hosted,
}: RoutesOptions): Hono<Env> {
  const { prefix } = personality;
  const pollAfterMs = String(speed > 0 ? Math.max(50, Math.round(1_000 / speed)) : 50);

  /** The video object as this personality and the directives of the prompt let it look. */
  function shown(job: Job): Record<string, unknown> {
    const video = videoObject(personality.wireId(job.id, job.model), job, jobs.view(job));
    const running = video.status === 'queued' || video.status === 'in_progress';
    if (running && job.faults.status) video.status = job.faults.status;
    const bent = personality.video(video);
    if (job.faults.progress === 'none') delete bent.progress;
    return bent;
  }

  function find(wireId: string): Job {
    const job = jobs.get(personality.ownId(wireId));
    if (job && !job.hosted) return job;
    throw new ApiError(404, `Video with id '${wireId}' not found.`, { code: 'not_found', param: 'video_id' });
  }

  const app = new Hono<Env>();

  app.use(async (c, next) => {
    const startedAtMs = performance.now();
    await next();
    c.header('x-request-id', `req_${randomBytes(16).toString('hex')}`);
    c.header('openai-processing-ms', String(Math.ceil(performance.now() - startedAtMs)));
  });

  app.get('/healthz', (c) => c.json({ ok: true }));
  app.route('/', hosted);

  app.use(async (c, next) => {
    const scheme = personality.keyHeader === 'authorization' ? 'Bearer ' : '';
    const key = c.req.header(personality.keyHeader);
    if (apiKey === undefined ? key?.startsWith(`${scheme}bad`) : key !== scheme + apiKey) {
      throw new ApiError(401, 'Incorrect API key provided.', { code: 'invalid_api_key' });
    }
    await next();
  });

  app.get('/simulator/ledger', (c) => c.json(ledgerOf(jobs, misbehaviour.refused)));

  app.get(`${prefix}/v1/models`, (c) =>
    c.json({ object: 'list', data: [{ id: defaultModel, object: 'model', created: 0, owned_by: 'simulator' }] }),
  );

  app.post(
    `${prefix}/v1/videos/*`,
    bodyLimit({
      maxSize: maxBodyBytes,
      onError: () => {
        throw new ApiError(413, `The request is larger than ${maxBodyBytes} bytes.`);
      },
    }),
  );

  async function create(c: Context<Env>, read: () => Promise<CreateRequest>): Promise<Response> {
    const job = await misbehaviour.create(read, c.req.header('idempotency-key') ?? null, true);
    c.header('openai-poll-after-ms', pollAfterMs);
    return c.json(shown(job));
  }

  app.post(`${prefix}/v1/videos`, (c) =>
    create(c, async () => {
      const multipart = c.req.header('content-type')?.startsWith('multipart/form-data');
      if (personality.reads === (multipart ? 'json' : 'multipart')) {
        throw new ApiError(422, 'Field required', { param: 'prompt' });
      }
      return readCreate(c.req.raw, (id) => characters.has(id));
    }),
  );

  // Before an id.
  if (personality.derives) addDerived(app, `${prefix}/v1/videos`, { jobs, characters, find, create });

  app.get(`${prefix}/v1/videos`, (c) => {
    const { list, defaultLimit } = personality;
    if (!list) throw new ApiError(404, 'Invalid URL (GET /v1/videos)');
    const { limit = defaultLimit, order, after } = readListQuery(c.req.query());
    const newest = jobs.list().filter((job) => !job.hosted);
    const all = order === 'desc' ? newest : newest.reverse();
    const start = after === undefined ? 0 : all.indexOf(find(after)) + 1;
    const videos = all.slice(start, start + limit).map(shown);
    return c.json(list({ videos, hasMore: start + limit < all.length }));
  });

  app.get(`${prefix}/v1/videos/:id`, async (c) => {
    const job = find(c.req.param('id'));
    c.header('openai-poll-after-ms', pollAfterMs);
    return misbehaviour.poll(c, job, () => ({
      body: shown(job),
      status: jobs.view(job).status === 'failed' ? personality.failedPollStatus : 200,
    }));
  });

  app.delete(`${prefix}/v1/videos/:id`, async (c) => {
    if (personality.removal === 'none') throw new ApiError(404, 'Invalid URL (DELETE /v1/videos/:id)');
    const job = find(c.req.param('id'));
    const { status } = jobs.view(job);
    const finished = status === 'completed' || status === 'failed';
    if (!finished && personality.removal === 'refuses') {
      throw new ApiError(409, 'Only completed or failed videos can be deleted.', { code: 'video_not_finished' });
    }
    const video = shown(job);
    await jobs.remove(job, 'deleted');
    return c.json(personality.removed(personality.wireId(job.id, job.model), video));
  });

  app.get(`${prefix}/v1/videos/:id/content`, async (c) => {
    const job = find(c.req.param('id'));
    const named = c.req.query('variant') ?? 'video';
    const variant = personality.variants === 'ignored' ? 'video' : variants.find((known) => known === named);
    if (!variant || (variant !== 'video' && personality.variants === 'refused')) {
      throw new ApiError(variant ? 404 : 400, `Invalid value for 'variant': ${named}.`, { param: 'variant' });
    }
    const view = jobs.view(job);
    if (view.status === 'failed') {
      throw new ApiError(personality.failedContentStatus, view.error?.message ?? 'The video failed.', {
        code: view.error?.code ?? null,
      });
    }
    if (view.status !== 'completed') {
      const { status, message } = personality.notReady;
      throw new ApiError(status, message(videoObject(job.id, job, view)), { code: 'video_not_ready' });
    }
    if (jobs.isExpired(job)) {
      throw new ApiError(404, 'The content of this video has expired.', { code: 'video_expired' });
    }
    return misbehaviour.download(c, job, variant);
  });

  app.notFound(() => {
    throw new ApiError(404, 'Invalid URL.');
  });

  app.onError((error, c) => misbehaviour.answer(error, c, personality.error));

  return app;
}
