import { Worker } from 'node:worker_threads';
import type { Picture } from './picture.ts';

export const variants = ['video', 'thumbnail', 'spritesheet'] as const;
export type Variant = (typeof variants)[number];
export const extensions: Record<Variant, string> = { video: 'mp4', thumbnail: 'webp', spritesheet: 'jpg' };

export type RenderTask = { picture: Picture; paths: Record<Variant, string>; firstFramePath?: string };
export type RenderedFile = { bytes: number; sha256: string };
export type RenderedFiles = Record<Variant, RenderedFile>;
export type RenderReply = { files: RenderedFiles } | { error: string };

/** The encoder keeps some 100 MB; an idle worker is ended after this time. */
const idleMs = 5_000;

type Waiting = { task: RenderTask; resolve: (files: RenderedFiles) => void; reject: (error: Error) => void };

/** Makes the files of a clip. */
export type Renders = Pick<Renderer, 'render' | 'drop' | 'close'>;

/** Renders clips in a worker thread, one after the other. */
export class Renderer {
  readonly #queue: Waiting[] = [];
  #worker: Worker | undefined;
  #current: Waiting | undefined;
  #idleTimer: NodeJS.Timeout | undefined;

  /** Resolves when all files of the task are on the disk. Rejects when the picture cannot be made. */
  render(task: RenderTask): Promise<RenderedFiles> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ task, resolve, reject });
      this.#next();
    });
  }

  /** Gives up a clip that waits for its turn; one that is being rendered is finished. */
  drop(id: string): void {
    const at = this.#queue.findIndex(({ task }) => task.picture.id === id);
    if (at >= 0) this.#queue.splice(at, 1)[0]?.reject(new Error('No longer wanted'));
  }

  /** Ends the worker; what is not finished yet stays unsettled. */
  async close(): Promise<void> {
    clearTimeout(this.#idleTimer);
    this.#queue.length = 0;
    const worker = this.#worker;
    this.#worker = undefined;
    this.#current = undefined;
    await worker?.terminate();
  }

  #next(): void {
    if (this.#current) return;
    this.#current = this.#queue.shift();
    clearTimeout(this.#idleTimer);
    if (this.#current) {
      this.#worker ??= this.#startWorker();
      this.#worker.postMessage(this.#current.task);
    } else {
      this.#idleTimer = setTimeout(() => this.close(), idleMs).unref();
    }
  }

  #startWorker(): Worker {
    const worker = new Worker(new URL('./render.thread.ts', import.meta.url), { execArgv: [] });
    worker.on('message', (reply: RenderReply) => this.#settle(reply));
    worker.on('error', (error) => {
      if (this.#worker === worker) this.#worker = undefined;
      this.#settle({ error: error instanceof Error ? error.message : String(error) });
    });
    return worker;
  }

  #settle(reply: RenderReply): void {
    const done = this.#current;
    this.#current = undefined;
    if (done && 'files' in reply) done.resolve(reply.files);
    if (done && 'error' in reply) done.reject(new Error(reply.error));
    this.#next();
  }
}
