import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { HttpBindings } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { ApiError, ConnectionCut } from './api-error.ts';
import { serveFile } from './content.ts';
import { failures } from './faults.ts';
import type { Job } from './job.ts';
import type { Jobs } from './jobs.ts';
import { type Ledger, ledgerOf } from './ledger.ts';
import type { Personality } from './personality.ts';
import { extensions, type Variant, variants } from './render.ts';
import { defaultModel, readCreate, readListQuery, videoObject } from './wire.ts';

type RoutesOptions = {
  jobs: Jobs;
  personality: Personality;
  apiKey: string | undefined;
  speed: number;
  now: () => number;
  /** Ends answers that hang. */
  closing: AbortSignal;
  onError: (error: unknown) => void;
};

type Env = { Bindings: Partial<HttpBindings> };

const maxBodyBytes = 64 * 1024 * 1024;
const contentTypes: Record<Variant, string> = {
  video: 'video/mp4',
  thumbnail: 'image/webp',
  spritesheet: 'image/jpeg',
};
const errorPage =
  '<!doctype html><html><head><title>Bad gateway</title></head><body><h1>Bad gateway</h1></body></html>\n';

/** The HTTP side: the protocol's routes, bent by the personality and by the directives in the prompts. */
export function createRoutes({ jobs, personality, apiKey, speed, now, closing, onError }: RoutesOptions): {
  app: Hono<Env>;
  ledger: () => Ledger;
} {
  const pollAfterMs = String(speed > 0 ? Math.max(50, Math.round(1_000 / speed)) : 50);
  let refused = 0;
  /** POSTs of one key or one body that a directive let fail before there was a job. */
  const failedCreates = new Map<string, number>();

  /** The video object as this personality and the directives of the prompt let it look. */
  function shown(job: Job): Record<string, unknown> {
    const video = videoObject(personality.wireId(job.id, job.model), job, jobs.view(job));
    const running = video.status === 'queued' || video.status === 'in_progress';
    if (running && job.faults.status) video.status = job.faults.status;
    const { progress: _, ...withoutProgress } = personality.video(video);
    return job.faults.progress === 'none' ? withoutProgress : personality.video(video);
  }

  function find(wireId: string): Job {
    const job = jobs.get(personality.ownId(wireId));
    if (job) return job;
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

  app.use(async (c, next) => {
    if (apiKey !== undefined && c.req.header('authorization') !== `Bearer ${apiKey}`) {
      throw new ApiError(401, 'Incorrect API key provided.', { code: 'invalid_api_key' });
    }
    await next();
  });

  app.get('/simulator/ledger', (c) => c.json(ledgerOf(jobs, refused)));

  app.get('/v1/models', (c) =>
    c.json({ object: 'list', data: [{ id: defaultModel, object: 'model', created: 0, owned_by: 'simulator' }] }),
  );

  app.post(
    '/v1/videos',
    bodyLimit({
      maxSize: maxBodyBytes,
      onError: () => {
        throw new ApiError(413, `The request is larger than ${maxBodyBytes} bytes.`);
      },
    }),
    async (c) => {
      try {
        return await create(c);
      } catch (error) {
        if (error instanceof ApiError) refused++;
        throw error;
      }
    },
  );

  async function create(c: Context<Env>): Promise<Response> {
    if (personality.multipartOnly && !c.req.header('content-type')?.startsWith('multipart/form-data')) {
      throw new ApiError(422, 'Field required', { param: 'prompt' });
    }
    const request = await readCreate(c.req.raw);
    const idempotencyKey = c.req.header('idempotency-key') ?? null;
    const { faults } = request;
    if (faults.reject) throw new ApiError(400, failures[faults.reject].message, { code: failures[faults.reject].code });
    const answer = faults['create-http'];
    const tries = (failedCreates.get(idempotencyKey ?? request.fingerprint) ?? 0) + 1;
    if (tries <= (faults['lose-request'] ?? (answer && !answer.job ? answer.times : 0))) {
      failedCreates.set(idempotencyKey ?? request.fingerprint, tries);
      if (faults['lose-request']) throw new ConnectionCut();
      return faultAnswer(c, answer?.status ?? 503);
    }
    const { job, replayed } = await jobs.create(request, idempotencyKey);
    if (faults.hang) await delay(faults.hang, undefined, { signal: closing });
    if (!replayed && faults['lose-response']) throw new ConnectionCut();
    if (!replayed && answer?.job) return faultAnswer(c, answer.status);
    c.header('openai-poll-after-ms', pollAfterMs);
    return c.json(shown(job));
  }

  app.get('/v1/videos', (c) => {
    const { list, defaultLimit } = personality;
    if (!list) throw new ApiError(404, 'Invalid URL (GET /v1/videos)');
    const { limit = defaultLimit, order, after } = readListQuery(c.req.query());
    const all = order === 'desc' ? jobs.list() : jobs.list().reverse();
    const start = after === undefined ? 0 : all.indexOf(find(after)) + 1;
    const videos = all.slice(start, start + limit).map(shown);
    return c.json(list({ videos, hasMore: start + limit < all.length }));
  });

  app.get('/v1/videos/:id', async (c) => {
    const job = find(c.req.param('id'));
    const { http, garble, forget } = job.faults;
    if (http && (job.spent.http ?? 0) < http.times) {
      await jobs.spend(job, 'http');
      return faultAnswer(c, http.status);
    }
    const video = shown(job);
    if (forget) await jobs.remove(job, 'forgotten');
    c.header('openai-poll-after-ms', pollAfterMs);
    if (garble && (job.spent.garble ?? 0) < garble) {
      await jobs.spend(job, 'garble');
      const text = JSON.stringify(video);
      return c.body(text.slice(0, text.length / 2), 200, { 'content-type': 'application/json' });
    }
    return c.json(
      video,
      jobs.view(job).status === 'failed' ? (personality.failedPollStatus as ContentfulStatusCode) : 200,
    );
  });

  app.delete('/v1/videos/:id', async (c) => {
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

  app.get('/v1/videos/:id/content', async (c) => {
    const job = find(c.req.param('id'));
    const asked = c.req.query('variant') ?? 'video';
    const variant = variants.find((known) => known === asked);
    if (!variant || (variant !== 'video' && !personality.stills)) {
      throw new ApiError(variant ? 404 : 400, `Invalid value for 'variant': ${asked}.`, { param: 'variant' });
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
    if (view.expiresAtMs !== null && view.expiresAtMs <= now()) {
      throw new ApiError(404, 'The content of this video has expired.', { code: 'video_expired' });
    }
    if (job.faults['not-video'] || !job.rendered) return c.html(errorPage);
    const { clip, files } = job.rendered;
    const cutAfterBytes = job.spent.cut ? undefined : job.faults.cut;
    if (cutAfterBytes !== undefined && c.req.method === 'GET') await jobs.spend(job, 'cut');
    return serveFile(c.req.raw, {
      path: jobs.clipPath(clip, variant),
      bytes: files[variant].bytes,
      contentType: contentTypes[variant],
      etag: files[variant].sha256.slice(0, 32),
      filename: `${job.id}.${extensions[variant]}`,
      cutAfterBytes,
      bytesPerSecond: job.faults.slow,
    });
  });

  app.notFound(() => {
    throw new ApiError(404, 'Invalid URL.');
  });

  app.onError((error, c) => {
    if (error instanceof ApiError) {
      return c.json(personality.error(error), error.status as ContentfulStatusCode, error.headers);
    }
    if (!(error instanceof ConnectionCut)) {
      onError(error);
      return c.json(personality.error(new ApiError(500, 'The server had an error.')), 500);
    }
    if (!c.env?.incoming) throw error;
    c.env.incoming.socket.destroy();
    return c.body(null);
  });

  return { app, ledger: () => ledgerOf(jobs, refused) };
}

/** An error answer that a directive asked for: 502 is a proxy's page, 429 says how long to wait. */
function faultAnswer(c: Context, status: number): Response {
  if (status === 502) return c.html(errorPage, 502);
  const headers: Record<string, string> = status === 429 ? { 'retry-after': '1' } : {};
  throw new ApiError(status, `The prompt asked for status ${status}.`, { code: `simulated_${status}`, headers });
}
