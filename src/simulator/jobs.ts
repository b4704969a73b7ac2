import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { extensions, type RenderedFiles, type Renders, type Variant, variants } from '#simulator/picture/render.ts';
import { ApiError } from './api-error.ts';
import { type DirectiveName, type Faults, readFaults } from './faults.ts';
import type { Job, StoredJob } from './job.ts';
import { JobStore, writeDurably } from './job-store.ts';
import { lookAt, planFor, type View } from './timeline.ts';
import type { CreateRequest } from './wire.ts';

type JobsOptions = {
  dataDir: string;
  fps: number;
  /** Divides the usual waiting times; 0 = as fast as the renderer can. */
  speed: number;
  /** All jobs of one size and length share one clip: for tests with many jobs. */
  oneClip: boolean;
  retentionMs: number;
  now: () => number;
  onError: (error: unknown) => void;
  renderer: Renders;
};

/** All jobs: created, replayed, looked at, removed, and rendered in the background. */
export class Jobs {
  readonly #options: JobsOptions;
  readonly #store: JobStore<StoredJob>;
  readonly #clipDirectory: string;
  readonly #renderer: Renders;
  readonly #jobs = new Map<string, Job>();
  readonly #byKey = new Map<string, Job>();
  readonly #toCall = new Set<Job>();
  readonly #run = randomBytes(4).toString('hex');
  readonly #sharedClips = new Map<string, Promise<RenderedFiles>>();
  readonly #background = new Set<Promise<void>>();
  #lastSeq = 0;
  #rendererFreeAtMs = 0;
  #closed = false;

  /** Reads the jobs of `dataDir` and goes on rendering what was not finished. */
  constructor(options: JobsOptions) {
    this.#options = options;
    this.#renderer = options.renderer;
    this.#store = new JobStore(join(options.dataDir, 'jobs'));
    this.#clipDirectory = join(options.dataDir, 'clips');
    mkdirSync(this.#clipDirectory, { recursive: true });
    for (const stored of this.#store.load().sort((a, b) => a.seq - b.seq)) {
      const job = { ...stored, faults: this.#faultsOf(stored.prompt, stored.fingerprint) };
      this.#jobs.set(job.id, job);
      if (job.idempotencyKey !== null) this.#byKey.set(job.idempotencyKey, job);
      if (isToCall(job)) this.#toCall.add(job);
      this.#lastSeq = job.seq;
      this.#startRendering(job);
    }
  }

  /**
   * A new job, on the disk before this resolves; or the job that this key created before.
   * @throws ApiError 409 when the key was used for another request.
   */
  async create(request: CreateRequest, idempotencyKey: string | null): Promise<{ job: Job; replayed: boolean }> {
    const earlier = idempotencyKey === null ? undefined : this.#byKey.get(idempotencyKey);
    if (earlier) {
      if (earlier.fingerprint !== request.fingerprint) {
        throw new ApiError(409, 'This Idempotency-Key was used with a different request.', {
          code: 'idempotency_key_reused',
          headers: { 'x-should-retry': 'false' },
        });
      }
      earlier.posts++;
      await this.#save(earlier);
      return { job: earlier, replayed: true };
    }
    const job = this.#newJob(request, idempotencyKey);
    // The key is taken at once, but nobody sees a job that a kill could still undo.
    if (idempotencyKey !== null) this.#byKey.set(idempotencyKey, job);
    try {
      if (request.firstFrame) await writeDurably(this.#firstFramePath(job), request.firstFrame);
      await this.#save(job);
    } catch (error) {
      if (idempotencyKey !== null) this.#byKey.delete(idempotencyKey);
      throw error;
    }
    this.#jobs.set(job.id, job);
    if (isToCall(job)) this.#toCall.add(job);
    this.#startRendering(job);
    return { job, replayed: false };
  }

  get(id: string): Job | undefined {
    const job = this.#jobs.get(id);
    return job?.removed ? undefined : job;
  }

  view(job: Job): View {
    return lookAt(job, this.#options.now(), this.#options.retentionMs);
  }

  /** The time in which its clip can be fetched is over. */
  isExpired(job: Job): boolean {
    const { expiresAtMs } = this.view(job);
    return expiresAtMs !== null && expiresAtMs <= this.#options.now();
  }

  /** Newest first. */
  list(): Job[] {
    return this.all().filter((job) => !job.removed);
  }

  /** Newest first, with those removed. */
  all(): Job[] {
    return [...this.#jobs.values()].sort((a, b) => b.seq - a.seq);
  }

  /** Counts one use of a directive, on the disk. */
  spend(job: Job, directive: DirectiveName): Promise<void> {
    job.spent[directive] = (job.spent[directive] ?? 0) + 1;
    return this.#save(job);
  }

  async remove(job: Job, how: 'deleted' | 'forgotten'): Promise<void> {
    job.removed = how;
    if (!this.#options.oneClip) this.#renderer.drop(job.id);
    await this.#save(job);
    await this.#removeFiles(job);
  }

  /** Ends a job at its owner's wish; its record stays. */
  async cancel(job: Job): Promise<void> {
    job.canceledAtMs = this.#options.now();
    if (!this.#options.oneClip) this.#renderer.drop(job.id);
    await this.#save(job);
  }

  /** Jobs whose webhook waits for their end, or for another call. */
  toCall(): Job[] {
    return [...this.#toCall].filter((job) => !job.removed);
  }

  /** Writes down what was told to a job's webhook. */
  called(job: Job, webhook: { calls: number; nextAtMs: number | null }): Promise<void> {
    if (job.hosted?.webhook) Object.assign(job.hosted.webhook, webhook);
    if (!isToCall(job)) this.#toCall.delete(job);
    return this.#save(job);
  }

  /** Deletes the files of clips whose time is over; their jobs stay. */
  async prune(): Promise<void> {
    for (const job of this.list()) if (this.isExpired(job)) await this.#removeFiles(job);
  }

  clipPath(clip: string, variant: Variant): string {
    return join(this.#clipDirectory, `${clip}.${extensions[variant]}`);
  }

  /** Resolves when nothing is being rendered any more. */
  async settled(): Promise<void> {
    while (this.#background.size > 0) await Promise.all(this.#background);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#renderer.close();
  }

  #newJob(request: CreateRequest, idempotencyKey: string | null): Job {
    const { fps, speed, now } = this.#options;
    const { prompt, model, size, width, height, seconds, fingerprint, hosted } = request;
    const faults = this.#faultsOf(prompt, fingerprint);
    const shape = { width, height, seconds, faults, createdAtMs: now() };
    const { queueMs, renderMs, costMs } = planFor(shape, { fps, speed, rendererFreeAtMs: this.#rendererFreeAtMs });
    this.#rendererFreeAtMs = Math.max(now(), this.#rendererFreeAtMs) + costMs;
    return {
      ...shape,
      id: request.hosted?.id ?? `video_${randomBytes(16).toString('hex')}`,
      seq: ++this.#lastSeq,
      prompt,
      model,
      size,
      plan: { queueMs, renderMs },
      hasFirstFrame: request.firstFrame !== undefined,
      idempotencyKey,
      fingerprint,
      posts: 1,
      spent: {},
      rendered: null,
      renderError: null,
      removed: null,
      ...(hosted && { hosted }),
      ...(request.madeFrom && { madeFrom: request.madeFrom }),
    };
  }

  /** The faults of a prompt, but for those that only befall the first of equal requests. */
  #faultsOf(prompt: string, fingerprint: string): Faults {
    const { faults } = readFaults(prompt);
    const { fail, 'lose-response': lost } = faults;
    if (!fail && !lost) return faults;
    const earlier = this.all().filter((job) => job.fingerprint === fingerprint).length;
    return {
      ...faults,
      fail: fail && earlier < fail.jobs ? fail : undefined,
      'lose-response': lost && earlier < lost ? lost : undefined,
    };
  }

  #save(job: Job): Promise<void> {
    const { faults: _, ...stored } = job;
    return this.#store.save(stored);
  }

  #firstFramePath(job: Job): string {
    return join(this.#clipDirectory, `${job.id}.reference`);
  }

  #startRendering(job: Job): void {
    const { fail, stall } = job.faults;
    if (job.removed || job.rendered || job.renderError || fail || stall !== undefined) return;
    const work = this.#render(job)
      .catch((error: unknown) => {
        if (!this.#closed) this.#options.onError(error);
      })
      .finally(() => this.#background.delete(work));
    this.#background.add(work);
  }

  async #render(job: Job): Promise<void> {
    try {
      // Another process renders another one: what finished jobs refer to stays as it was.
      const clip = this.#options.oneClip ? `${job.size}-${job.seconds}s-${this.#run}` : job.id;
      const files = await (this.#options.oneClip ? this.#sharedClip(job, clip) : this.#renderClip(job, clip));
      const rendered = { atMs: this.#options.now(), clip, files };
      // On the disk before anybody sees it: a kill must not take back what was shown.
      await this.#save({ ...job, rendered });
      job.rendered = rendered;
    } catch (error) {
      job.renderError = { code: 'render_failed', message: error instanceof Error ? error.message : String(error) };
    }
    await this.#save(job);
    if (job.removed) await this.#removeFiles(job);
  }

  #sharedClip(job: Job, clip: string): Promise<RenderedFiles> {
    const known = this.#sharedClips.get(clip) ?? this.#renderClip(job, clip);
    this.#sharedClips.set(clip, known);
    return known;
  }

  #renderClip(job: Job, clip: string): Promise<RenderedFiles> {
    const { text } = readFaults(job.prompt);
    const { id, width, height, seconds } = job;
    const hueDegrees = createHash('sha256').update(text).digest().readUInt16BE() % 360;
    return this.#renderer.render({
      picture: { id, prompt: text, width, height, seconds, fps: this.#options.fps, hueDegrees },
      paths: {
        video: this.clipPath(clip, 'video'),
        thumbnail: this.clipPath(clip, 'thumbnail'),
        spritesheet: this.clipPath(clip, 'spritesheet'),
      },
      firstFramePath: job.hasFirstFrame ? this.#firstFramePath(job) : undefined,
    });
  }

  async #removeFiles(job: Job): Promise<void> {
    const ownFiles = variants.map((variant) => this.clipPath(job.id, variant));
    for (const path of [...ownFiles, this.#firstFramePath(job)]) await rm(path, { force: true });
  }
}

const isToCall = ({ hosted }: Job): boolean => hosted?.webhook != null && hosted.webhook.nextAtMs !== null;
