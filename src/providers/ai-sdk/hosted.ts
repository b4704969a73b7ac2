import type { experimental_startVideo } from 'ai';
import type { Capabilities, Delivery, Provider, StartCall } from '#engine/system.ts';
import { createSafeFetch, type SafeFetch, type SafeInit } from '#net/safe-fetch.ts';
import type { ApiError } from '#providers/answers/api-error.ts';
import { judge, type ReadJob } from '#providers/answers/judge.ts';
import { createRedact, type Redact } from '#providers/answers/redact.ts';
import {
  isApiShaped,
  isReply,
  isTransient,
  noAnswer,
  notReached,
  type Reply,
  reasonOf,
  replyOf,
} from '#providers/answers/reply.ts';
import type { Answer, NoAnswer, Submission } from '#video/answer.ts';
import { DownloadError } from '#video/errors/download-error.ts';
import type { Json, JsonObject, Request } from '#video/video.ts';
import { openFile } from '../file.ts';
import type { Setup } from '../kind.ts';
import type { InputFile } from '../openai/encode.ts';
import { createTap, type Tap } from './tap.ts';

/** How a hosted service is reached, with the key. */
export type Wire = {
  tap: Tap;
  fetch: SafeFetch;
  redact: Redact;
  /** Where something of the service's public address stands: the same, or the same path below the base URL. */
  at(publicUrl: string): string;
  /** A free request beside the SDK. Throws nothing. */
  ask(publicUrl: string, signal: AbortSignal, method?: SafeInit['method']): Promise<Reply | NoAnswer>;
};

export type WireOptions = {
  /** Where the public service stands: what `Setup.baseUrl` takes the place of. */
  roots: readonly string[];
  headers: Record<string, string>;
  repair?: (json: Json) => Json;
};

export function createWire(setup: Setup, { roots, headers, repair }: WireOptions): Wire {
  const base = setup.baseUrl?.replace(/\/+$/, '') ?? null;
  const { timeoutMs } = setup;
  const fetch = createSafeFetch({ allowHosts: [...(base ? [new URL(base).origin] : []), ...setup.allowHosts] });
  const redact = createRedact([setup.apiKey]);
  const at = (publicUrl: string) => {
    const root = roots.find((one) => publicUrl.startsWith(`${one}/`));
    return base && root ? base + publicUrl.slice(root.length) : publicUrl;
  };
  return {
    tap: createTap({ fetch, route: at, redact, timeoutMs, ...(repair && { repair }) }),
    fetch,
    redact,
    at,
    async ask(publicUrl, signal, method = 'GET') {
      try {
        const within = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
        const accept = { accept: 'application/json', 'user-agent': 'dailies' };
        return await replyOf(
          await fetch(at(publicUrl), { method, headers: { ...headers, ...accept }, signal: within }),
        );
      } catch (error) {
        return notReached(error, redact);
      }
    },
  };
}

/** The request cannot be made of this provider: said before anything is sent. */
export class Refused extends Error {
  override name = 'Refused';
}

type StartOptions = Parameters<typeof experimental_startVideo>[0];
type VideoModel = Exclude<StartOptions['model'], string>;
/** Every package of the SDK brings a patch version of the interface with it, and the compiler takes them for different. */
export type SdkModel = Pick<VideoModel, 'specificationVersion' | 'provider' | 'modelId'>;

/** A paid request, in the words of the SDK. */
export type Prepared = {
  model: SdkModel;
  /** Where the SDK would send it somewhere else. */
  url?: string;
  options: Omit<StartOptions, 'model' | 'maxRetries' | 'abortSignal' | 'headers'>;
  /** What the provider ignores of the request. */
  warnings: string[];
};

/** What the SDK made of an answer; null = it threw. */
export type SdkStatus = 'pending' | 'completed' | 'error' | null;

/** All that differs between hosted services. `operation.id` is the provider's own id of the job. */
export type Service = {
  label: string;
  capabilities: Capabilities;
  /** Throws `Refused`. */
  prepare(request: Request, frame: InputFile | null, webhookUrl: string | null): Promise<Prepared>;
  jobIn: ReadJob;
  reasonIn?(json: Json | undefined): ApiError | null;
  /** What has to be kept of the request beside the id. */
  operationOf?(operation: JsonObject, request: Request): JsonObject;
  /** What the SDK asks about a job. */
  resume(operation: JsonObject, signal: AbortSignal): Promise<{ model: SdkModel; operation: JsonObject }>;
  /** A look beside the SDK that comes before it; without an answer the SDK's look tells. */
  lookFirst?(operation: JsonObject, signal: AbortSignal): Promise<{ answer: Answer } | { renderMs: number | null }>;
  /** Null = no verdict in it. */
  read(reply: Reply, status: SdkStatus): Answer | null;
  /** What is asked for the clip's URL, and the URL in its answer: null = not there yet. */
  resultUrl(operation: JsonObject, signal: AbortSignal): string | Promise<string>;
  linkIn(json: Json | undefined): string | 'gone' | null;
  /** For the clip's URL: where the file is not public. */
  fileHeaders?(url: string): Record<string, string>;
  /** A free request that is answered only with a key that is good. */
  probeUrl: string;
  cancel?: Provider['cancel'];
  list?: Provider['list'];
  verifyWebhook?(delivery: Delivery, now: Date): ReturnType<NonNullable<Provider['verifyWebhook']>>;
};

/** A provider out of an AI SDK video model and what has to be known beside it. */
export function createHosted(setup: Setup, wire: Wire, service: Service): Provider {
  const { redact, tap } = wire;
  const { operationOf, cancel, list, verifyWebhook } = service;

  async function start(request: Request, { key, signal, webhookUrl, mayStillSend }: StartCall): Promise<Submission> {
    let prepared: Prepared;
    try {
      if (request.from) throw new Refused(`${service.label} makes no clips out of others.`);
      if (request.characters?.length) throw new Refused(`${service.label} knows no characters.`);
      prepared = await service.prepare(request, await firstFrame(setup, request, signal), webhookUrl);
    } catch (error) {
      if (error instanceof Refused) return refused(error.message);
      return { kind: 'unsent', message: redact.text(`Nothing was sent: ${reasonOf(error)}.`) };
    }
    const { options, url, warnings } = prepared;
    const model = prepared.model as VideoModel;
    // Loaded when needed: 30 MB and an eighth of a second, which no start has to pay.
    const { experimental_startVideo: startVideo } = await import('ai');
    const headers = { 'idempotency-key': key };
    const sent = await tap.call(() => startVideo({ ...options, model, headers, maxRetries: 0 }), signal, {
      url,
      mayStillSend,
    });
    if (!sent.outcome) return refused(redact.text(reasonOf(sent.error)));
    const submission = judge(sent.outcome, redact, service.jobIn, service.reasonIn);
    if (submission.kind !== 'accepted') return submission;
    const ignored = [...warnings, ...(sent.result?.warnings ?? []).map(textOf)].map(redact.text);
    const operation = operationOf?.(submission.operation, request) ?? submission.operation;
    return { ...submission, operation, ...(ignored.length && { warnings: ignored }) };
  }

  async function check(operation: JsonObject, signal: AbortSignal): Promise<Answer> {
    const first = await service.lookFirst?.(operation, signal);
    if (first && 'answer' in first) return first.answer;
    const job = await service.resume(operation, signal);
    const { experimental_getVideoStatus: getVideoStatus } = await import('ai');
    const looked = await tap.call(
      () => getVideoStatus(job.model as VideoModel, { operation: job.operation, maxRetries: 0 }),
      signal,
    );
    if (looked.trouble) return looked.trouble;
    if (!looked.reply) throw looked.error;
    const answer = readReply(looked.reply, wire, (reply) => service.read(reply, looked.result?.status ?? null));
    return first && answer.kind === 'completed' ? { ...answer, renderMs: first.renderMs } : answer;
  }

  return {
    id: setup.id,
    credentialId: setup.credentialId,
    capabilities: { ...service.capabilities, ...setup.limits },
    start,
    check,
    async open(operation, kind, signal) {
      if (kind !== 'clip') throw new DownloadError('refused', `${service.label} has no ${kind}`);
      const reply = await wire.ask(await service.resultUrl(operation, signal), signal);
      if (!isReply(reply)) throw new DownloadError('transient', reply.message, reply.retryAfterMs);
      const link = reply.status < 300 ? service.linkIn(reply.json) : null;
      if (link === 'gone' || reply.status === 410) {
        throw new DownloadError('gone', `${service.label} has deleted the clip`);
      }
      if (link) return openFile(wire, wire.at(link), service.fileHeaders?.(wire.at(link)) ?? {}, signal);
      const { message, retryAfterMs } = noAnswer(reply, redact);
      throw new DownloadError(isTransient(reply.status) ? 'transient' : 'not_ready', message, retryAfterMs);
    },
    async test(signal) {
      const reply = await wire.ask(service.probeUrl, signal);
      if (!isReply(reply)) return reply;
      return reply.status < 300 && reply.json !== undefined ? { kind: 'ok' } : noAnswer(reply, redact);
    },
    async probe(signal) {
      const reply = await wire.ask(service.probeUrl, signal);
      return isReply(reply) && reply.status < 500 && reply.status !== 429 && (reply.status < 300 || isApiShaped(reply));
    },
    ...(operationOf && { operationOf: (id: string, request: Request) => operationOf({ id }, request) }),
    ...(cancel && { cancel }),
    ...(list && { list }),
    ...(verifyWebhook && { verifyWebhook }),
  };
}

/** An answer about a job: missing, no verdict, or what `read` finds in it. */
export function readReply(reply: Reply, { redact }: Wire, read: (reply: Reply) => Answer | null): Answer {
  if (reply.status === 404 && isApiShaped(reply)) return { kind: 'missing', raw: redact.json(reply.json) };
  const keyRefused = reply.status === 401 || reply.status === 402 || reply.status === 403;
  return (keyRefused ? null : read(reply)) ?? noAnswer(reply, redact);
}

/** The operation's own id, which becomes a part of URLs. */
export function idOf(operation: JsonObject): string {
  if (typeof operation.id !== 'string' || operation.id === '') throw new Error('the operation has no id');
  return operation.id;
}

async function firstFrame({ readInput }: Setup, { inputs }: Request, signal: AbortSignal): Promise<InputFile | null> {
  const [id, second] = inputs;
  if (id === undefined) return null;
  if (second !== undefined) throw new Refused('Only one reference image can be sent: the first frame.');
  const file = await readInput(id, signal);
  if (!file) throw new Refused(`The input ${id} is not there.`);
  if ('blob' in file || !file.contentType.startsWith('image/'))
    throw new Refused('The first frame has to be an image.');
  return file;
}

const refused = (message: string): Submission => ({ kind: 'rejected', code: 'invalid_request', message, raw: null });

type Warning = Awaited<ReturnType<typeof experimental_startVideo>>['warnings'][number];

const textOf = (warning: Warning): string => {
  if ('message' in warning) return warning.message;
  return warning.details ?? `${warning.feature} is not supported.`;
};
