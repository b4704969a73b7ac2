import { setTimeout as delay } from 'node:timers/promises';
import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { extensions, type Variant } from '#simulator/picture/render.ts';
import { ApiError, ConnectionCut } from './api-error.ts';
import { serveFile } from './content.ts';
import { type Faults, failures } from './faults.ts';
import type { Job } from './job.ts';
import type { Jobs } from './jobs.ts';
import type { CreateRequest } from './wire.ts';

export type Env = { Bindings: Partial<HttpBindings> };

const contentTypes: Record<Variant, string> = {
  video: 'video/mp4',
  thumbnail: 'image/webp',
  spritesheet: 'image/jpeg',
};
const errorPage =
  '<!doctype html><html><head><title>Bad gateway</title></head><body><h1>Bad gateway</h1></body></html>\n';

type MisbehaviourOptions = { jobs: Jobs; closing: AbortSignal; onError: (error: unknown) => void };

/** What the directives in the prompts do to creates, polls and downloads, whatever wire they come over. */
export class Misbehaviour {
  readonly #jobs: Jobs;
  readonly #closing: AbortSignal;
  readonly #onError: (error: unknown) => void;
  /** POSTs by key, or by body where there is none, for directives that count them. */
  readonly #tried = new Map<string, number>();
  #refused = 0;

  /** `closing` ends answers that hang. */
  constructor({ jobs, closing, onError }: MisbehaviourOptions) {
    this.#jobs = jobs;
    this.#closing = closing;
    this.#onError = onError;
  }

  /** Creates that were answered without a job. */
  get refused(): number {
    return this.#refused;
  }

  /**
   * The job of a create, when its answer may go out. Where the API deduplicates, the key finds the job it made before.
   * Throws what ends the create otherwise.
   */
  async create(read: () => Promise<CreateRequest>, key: string | null, deduplicates: boolean): Promise<Job> {
    const { job, replayed } = await this.#accept(read, key, deduplicates).catch((error: unknown) => {
      this.#refused++;
      throw error;
    });
    const { hang, 'create-http': answer, 'lose-response': lost } = job.faults;
    if (hang) await delay(hang, undefined, { signal: this.#closing });
    if (!replayed && lost) throw new ConnectionCut();
    if (!replayed && answer?.job) throw asked(answer.status, job.faults);
    return job;
  }

  async #accept(read: () => Promise<CreateRequest>, key: string | null, deduplicates: boolean) {
    const request = await read();
    const { reject, 'lose-request': lost = 0, 'create-http': answer } = request.faults;
    if (reject) throw new ApiError(400, failures[reject].message, { code: failures[reject].code });
    const who = key ?? request.fingerprint;
    const tries = (this.#tried.get(who) ?? 0) + 1;
    this.#tried.set(who, tries);
    if (tries <= lost) throw new ConnectionCut();
    if (answer && !answer.job && tries <= answer.times) throw asked(answer.status, request.faults);
    return this.#jobs.create(request, deduplicates ? key : null);
  }

  /** The answer to one look at a job; `show` is asked before a forgotten job is gone. */
  async poll(
    c: Context<Env>,
    job: Job,
    show: () => { body: Record<string, unknown>; status?: number },
  ): Promise<Response> {
    const { http, garble, forget } = job.faults;
    if (http && (job.spent.http ?? 0) < http.times) {
      await this.#jobs.spend(job, 'http');
      throw asked(http.status, job.faults);
    }
    const { body, status = 200 } = show();
    if (forget) await this.#jobs.remove(job, 'forgotten');
    if (garble && (job.spent.garble ?? 0) < garble) {
      await this.#jobs.spend(job, 'garble');
      const text = JSON.stringify(body);
      return c.body(text.slice(0, text.length / 2), 200, { 'content-type': 'application/json' });
    }
    return c.json(body, status as ContentfulStatusCode);
  }

  /** The file of a completed job. */
  async download(c: Context<Env>, job: Job, variant: Variant): Promise<Response> {
    if (!job.rendered || (job.spent['not-video'] ?? 0) < (job.faults['not-video'] ?? 0)) {
      if (variant === 'video') await this.#jobs.spend(job, 'not-video');
      return c.html(errorPage);
    }
    const { clip, files } = job.rendered;
    const afterBytes = variant === 'video' && !job.spent.cut ? job.faults.cut : undefined;
    if (afterBytes !== undefined && c.req.method === 'GET') await this.#jobs.spend(job, 'cut');
    return serveFile(c.req.raw, {
      path: this.#jobs.clipPath(clip, variant),
      bytes: files[variant].bytes,
      contentType: contentTypes[variant],
      etag: files[variant].sha256.slice(0, 32),
      filename: `${job.id}.${extensions[variant]}`,
      cut: afterBytes === undefined ? undefined : { afterBytes, disconnect: () => disconnect(c) },
      bytesPerSecond: job.faults.slow,
    });
  }

  /** An error in the words of one API. */
  answer(error: unknown, c: Context<Env>, wordsOf: (error: ApiError) => Record<string, unknown>): Response {
    if (error instanceof ApiError) {
      // A bad gateway is a proxy's word, and proxies speak HTML.
      if (error.status === 502) return c.html(errorPage, 502);
      return c.json(wordsOf(error), error.status as ContentfulStatusCode, error.headers);
    }
    if (error instanceof ConnectionCut || this.#closing.aborted) {
      disconnect(c);
      return c.body(null);
    }
    this.#onError(error);
    return c.json(wordsOf(new ApiError(500, 'The server had an error.')), 500);
  }
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
