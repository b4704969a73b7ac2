import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAdaptorServer } from '@hono/node-server';
import { Characters } from './characters.ts';
import { createHosted } from './hosted/hosted.ts';
import { Jobs } from './jobs.ts';
import { type Ledger, ledgerOf } from './ledger.ts';
import { Misbehaviour } from './misbehaviour.ts';
import { type PersonalityName, personalities } from './personality.ts';
import { Renderer, type Renders } from './picture/render.ts';
import { createRoutes } from './routes.ts';

type SimulatorOptions = {
  /** Jobs and clips live here and survive a restart; without it in a temporary directory that `close` removes. */
  dataDir?: string;
  /** When set, every request but `/healthz` needs it as `Authorization: Bearer`. */
  apiKey?: string;
  personality?: PersonalityName;
  fps?: number;
  /** Divides the usual waiting times; 0 = as fast as the renderer can. */
  speed?: number;
  /** All jobs of one size and length share one clip: for tests with many jobs. */
  oneClip?: boolean;
  /** How long a finished clip can be fetched. */
  retentionMs?: number;
  /** Webhooks are called at this origin instead of their own, as a tunnel would lead there. */
  tunnel?: string;
  now?: () => number;
  onError?: (error: unknown) => void;
  /** Closed with the simulator. */
  renderer?: Renders;
};

export type Simulator = {
  /** Answers without a socket; a cut connection is a rejection. */
  fetch: (request: Request) => Promise<Response>;
  /** Port 0 takes a free one. Resolves to the origin, such as `http://127.0.0.1:4000`. */
  listen: (port?: number, host?: string) => Promise<string>;
  ledger: () => Ledger;
  /** Resolves when nothing is being rendered any more. */
  settled: () => Promise<void>;
  close: () => Promise<void>;
};

const hourMs = 60 * 60 * 1000;

/** A server of the `/v1/videos` protocol that renders test patterns. */
export function createSimulator(options: SimulatorOptions = {}): Simulator {
  const { apiKey, personality = 'openai', fps = 12, speed = 1, oneClip = false, retentionMs = 24 * hourMs } = options;
  const { tunnel = null, now = Date.now, onError = console.error, renderer = new Renderer() } = options;
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'dailies-simulator-'));
  const jobs = new Jobs({ dataDir, fps, speed, oneClip, retentionMs, now, onError, renderer });
  const closing = new AbortController();
  const pruning = setInterval(() => jobs.prune().catch(onError), hourMs).unref();
  const misbehaviour = new Misbehaviour({ jobs, closing: closing.signal, onError });
  const hosted = createHosted({ jobs, misbehaviour, apiKey, dataDir, tunnel, now, closing: closing.signal });
  const app = createRoutes({
    jobs,
    misbehaviour,
    personality: personalities[personality],
    apiKey,
    speed,
    characters: new Characters(join(dataDir, 'characters')),
    hosted,
  });
  let server: Server | undefined;

  return {
    fetch: async (request) => app.fetch(request),
    listen: (port = 0, host = '127.0.0.1') =>
      new Promise((resolve, reject) => {
        server = createAdaptorServer({ fetch: app.fetch }) as Server;
        server.once('error', reject);
        server.listen(port, host, () => {
          const address = server?.address();
          const bound = typeof address === 'object' && address ? address.port : port;
          resolve(`http://${host.includes(':') ? `[${host}]` : host}:${bound}`);
        });
      }),
    ledger: () => ledgerOf(jobs, misbehaviour.refused),
    settled: () => jobs.settled(),
    close: async () => {
      closing.abort();
      clearInterval(pruning);
      server?.close();
      server?.closeAllConnections();
      await jobs.close();
      if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}
