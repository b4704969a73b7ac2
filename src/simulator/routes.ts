import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { HttpBindings } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { ApiError, ConnectionCut } from './api-error.ts';
import { serveFile } from './content.ts';
import { type Faults, failures } from './faults.ts';
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
  /** POSTs by key, or by body where there is none, for directives that count them. */
  const tried = new Map<string, number>();

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
      const { job, replayed } = await accept(c.req.raw).catch((error: unknown) => {
        refused++;
        throw error;
      });
      const { hang, 'create-http': answer, 'lose-response': lost } = job.faults;
      if (hang) await delay(hang, undefined, { signal: closing });
      if (!replayed && lost) throw new ConnectionCut();
      if (!replayed && answer?.job) throw asked(answer.status, job.faults);
      c.header('openai-poll-after-ms', pollAfterMs);
      return c.json(shown(job));
    },
  );

  /** The job of a create; everything that ends a create without a job is thrown here. */
  async function accept(raw: Request): Promise<{ job: Job; replayed: boolean }> {
    if (personality.multipartOnly && !raw.headers.get('content-type')?.startsWith('multipart/form-data')) {
      throw new ApiError(422, 'Field required', { param: 'prompt' });
    }
    const request = await readCreate(raw);
    const idempotencyKey = raw.headers.get('idempotency-key');
    const { reject, 'lose-request': lost = 0, 'create-http': answer } = request.faults;
    if (reject) throw new ApiError(400, failures[reject].message, { code: failures[reject].code });
    const who = idempotencyKey ?? request.fingerprint;
    const tries = (tried.get(who) ?? 0) + 1;
    tried.set(who, tries);
    if (tries <= lost) throw new ConnectionCut();
    if (answer && !answer.job && tries <= answer.times) throw asked(answer.status, request.faults);
    return jobs.create(request, idempotencyKey);
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
      throw asked(http.status, job.faults);
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
    if (view.expiresAtMs !== null && view.expiresAtMs <= now()) {
      throw new ApiError(404, 'The content of this video has expired.', { code: 'video_expired' });
    }
    if (!job.rendered || (job.spent['not-video'] ?? 0) < (job.faults['not-video'] ?? 0)) {
      if (variant === 'video') await jobs.spend(job, 'not-video');
      return c.html(errorPage);
    }
    const { clip, files } = job.rendered;
    const afterBytes = variant === 'video' && !job.spent.cut ? job.faults.cut : undefined;
    if (afterBytes !== undefined && c.req.method === 'GET') await jobs.spend(job, 'cut');
    return serveFile(c.req.raw, {
      path: jobs.clipPath(clip, variant),
      bytes: files[variant].bytes,
      contentType: contentTypes[variant],
      etag: files[variant].sha256.slice(0, 32),
      filename: `${job.id}.${extensions[variant]}`,
      cut: afterBytes === undefined ? undefined : { afterBytes, disconnect: () => disconnect(c) },
      bytesPerSecond: job.faults.slow,
    });
  });

  app.notFound(() => {
    throw new ApiError(404, 'Invalid URL.');
  });

  app.onError((error, c) => {
    if (error instanceof ApiError) {
      // A bad gateway is a proxy's word, and proxies speak HTML.
      if (error.status === 502) return c.html(errorPage, 502);
      return c.json(personality.error(error), error.status as ContentfulStatusCode, error.headers);
    }
    if (error instanceof ConnectionCut || closing.aborted) {
      disconnect(c);
      return c.body(null);
    }
    onError(error);
    return c.json(personality.error(new ApiError(500, 'The server had an error.')), 500);
  });

  return { app, ledger: () => ledgerOf(jobs, refused) };
}

/** Cuts the connection without a word; a request that came without a socket is rejected. */
function disconnect(c: Context<Env>): void {
  if (!c.env?.incoming) throw new ConnectionCut('The connection was cut');
  c.env.incoming.socket.destroy();
}

/** The error answer that a directive asked for. */
function asked(status: number, { 'retry-after': seconds = status === 429 ? 1 : undefined }: Faults): ApiError {
  const headers: Record<string, string> = seconds === undefined ? {} : { 'retry-after': String(seconds) };
  return new ApiError(status, `The prompt asked for status ${status}.`, { code: `simulated_${status}`, headers });
}
