import type { Provider } from '#engine/system.ts';
import { classify } from '#providers/answers/classify.ts';
import { isReply, noAnswer, type Reply } from '#providers/answers/reply.ts';
import type { Answer } from '#video/answer.ts';
import type { Json, JsonObject, Request } from '#video/video.ts';
import { dataUriOf } from '../ai-sdk/data-uri.ts';
import { createHosted, createWire, idOf, type Prepared, Refused, readReply } from '../ai-sdk/hosted.ts';
import { percentIn } from '../ai-sdk/progress-lines.ts';
import { aspectRatioOf } from '../ai-sdk/shape.ts';
import type { Setup } from '../kind.ts';
import type { InputFile } from '../openai/encode.ts';
import { listRequests } from './list.ts';
import { type FalModel, falModels } from './models.ts';
import { createVerifier } from './webhook.ts';
import { clipIn, type QueueStatus, readStatus, reasonIn, requestIdIn } from './wire.ts';

const queue = 'https://queue.fal.run';
const platform = 'https://api.fal.ai';
const keys = 'https://rest.fal.ai';

/** An endpoint is addressed by owner and app; what stands behind them counts only when a request is sent. */
const appOf = (endpoint: string) => endpoint.split('/').slice(0, 2).join('/');

/**
 * fal's queue. Operation: `{ id, app }`; no URL of an answer is kept, so that none can lead our key elsewhere.
 * - The SDK sends only to `fal-ai/…` and always asks for "5s": address and fields are set here, by model.
 * - The SDK takes every error of a look for a failed job. What a look means is read from `/status`, which it never asks.
 */
export function createFal(setup: Setup): Provider {
  const headers = { authorization: `Key ${setup.apiKey ?? ''}` };
  const wire = createWire(setup, { roots: [queue, platform, keys], headers });
  const { ask, redact } = wire;
  const sdkModel = async (name: string) => {
    const { createFal: createSdk } = await import('@ai-sdk/fal');
    return createSdk({ apiKey: setup.apiKey ?? '', fetch: wire.tap.fetch }).video(name);
  };
  const apps = new Set(falModels.map(({ name }) => appOf(name)));

  const verify = createVerifier((signal) => ask(`${keys}/.well-known/jwks.json`, signal));
  const urlOf = (id: string, app: string) => `${queue}/${app}/requests/${encodeURIComponent(id)}`;

  /** A job that is known by its id alone (from a webhook, or a person) may be of any app that we know. */
  async function find(id: string, signal: AbortSignal): Promise<string | null> {
    for (const app of apps) {
      const reply = await ask(`${urlOf(id, app)}/status`, signal);
      if (isReply(reply) && reply.status < 300 && readStatus(reply.json)) return app;
    }
    return null;
  }

  async function locate(operation: JsonObject, signal: AbortSignal): Promise<string> {
    const id = idOf(operation);
    if (typeof operation.app === 'string') return urlOf(id, operation.app);
    return urlOf(id, (await find(id, signal)) ?? 'fal-ai/unknown');
  }

  /** Where the queue stands. */
  async function lookAtQueue(operation: JsonObject, signal: AbortSignal) {
    const url = await locate(operation, signal);
    const reply = await ask(`${url}/status?logs=1`, signal);
    if (!isReply(reply)) return { answer: reply };
    const status = readStatus(reply.json);
    if (!status || reply.status >= 300) return { answer: readReply(reply, wire, () => null) };
    const raw = redact.json(reply.json);
    if (status.status === 'COMPLETED') {
      const seconds = status.metrics?.inference_time ?? null;
      if (!status.error) return { renderMs: seconds && Math.round(seconds * 1_000) };
      return { answer: await failure(url, status, raw, signal) };
    }
    const lines = (status.logs ?? []).map(({ message }) => message ?? '').join('\n');
    const queued = status.status === 'IN_QUEUE';
    return { answer: { kind: 'running' as const, queued, progress: percentIn(lines), raw } };
  }

  /** The reason of a failure is in the result, whatever its HTTP status: often 500. */
  async function failure(url: string, status: QueueStatus, raw: Json, signal: AbortSignal): Promise<Answer> {
    if (status.error_type === 'client_cancelled') return { kind: 'canceled', raw };
    const result = await ask(url, signal);
    const reason = isReply(result) ? reasonIn(result.json) : null;
    const error = { code: status.error_type, type: reason?.code ?? null, message: reason?.message ?? status.error };
    const message = redact.text(error.message ?? 'fal gave no reason.');
    return { kind: 'failed', code: classify(error, null), message, raw };
  }

  function read(reply: Reply): Answer | null {
    const raw = redact.json(reply.json);
    if (clipIn(reply.json)) return { kind: 'completed', renderMs: null, raw };
    // Asked only after the queue has said "completed": what is no clip now never becomes one.
    const refused = reply.status === 400 || reply.status === 422;
    if (reply.json === undefined || !(reply.status < 300 || refused)) return null;
    const reason = reasonIn(reply.json);
    const message = redact.text(reason?.message ?? 'fal says that it is done, and names no clip.');
    return { kind: 'failed', code: refused ? classify(reason, reply.status) : 'provider_error', message, raw };
  }

  async function prepare(request: Request, frame: InputFile | null, webhookUrl: string | null): Promise<Prepared> {
    if (!request.model) throw new Refused('fal needs the name of a model.');
    const known = falModels.find(({ name }) => name === request.model);
    const endpoint = frame && known ? known.imageEndpoint : request.model;
    if (!endpoint) throw new Refused(`${request.model} takes no first frame.`);
    if (!/^\w[\w.-]*(\/\w[\w.-]*)+$/.test(endpoint))
      throw new Refused('The name of a model at fal looks like fal-ai/veo3/fast.');
    apps.add(appOf(endpoint));
    const query = webhookUrl ? `?fal_webhook=${encodeURIComponent(webhookUrl)}` : '';
    return {
      model: await sdkModel(endpoint),
      url: `${wire.at(`${queue}/${endpoint}`)}${query}`,
      options: {
        prompt: request.prompt,
        // What is asked for wins over settings; they override it only where a model's fields are not known.
        providerOptions: {
          fal: {
            ...(known
              ? { ...request.settings, ...known.fields(request) }
              : { ...usualFields(request), ...request.settings }),
            prompt: request.prompt,
            ...(frame && { image_url: dataUriOf(frame) }),
          },
        },
      },
      warnings: warningsOf(request, known ?? null),
    };
  }

  return createHosted(setup, wire, {
    label: 'fal',
    capabilities: {
      deduplicates: false,
      lists: true,
      cancels: true,
      callsBack: true,
      slots: null,
      requestsPerMinute: null,
      // "at least 7 days": fal.ai/docs, file storage.
      retentionMs: 7 * 24 * 3_600_000,
    },
    prepare,
    jobIn: (json) => {
      const id = requestIdIn(json);
      return id === null ? null : { operation: { id }, upstreamId: id };
    },
    reasonIn,
    operationOf: (operation, { model }) => ({ ...operation, app: appOf(model ?? '') }),
    lookFirst: lookAtQueue,
    resume: async (operation, signal) => {
      const responseUrl = await locate(operation, signal);
      return { model: await sdkModel('look'), operation: { responseUrl, submitUrl: queue } };
    },
    read,
    resultUrl: locate,
    linkIn: clipIn,
    // The list of models would be told to anybody.
    probeUrl: `${platform}/v1/models/requests/by-endpoint?endpoint_id=fal-ai%2Fveo3%2Ffast&limit=1`,
    async cancel(operation, signal) {
      const url = await locate(operation, signal);
      const reply = await ask(`${url}/cancel`, signal, 'PUT');
      if (!isReply(reply)) return reply;
      if (reply.status === 400 || reply.status === 404) return 'refused';
      if (reply.status >= 300) return noAnswer(reply, redact);
      // A request that already runs is only told to stop: whether it does, its status says.
      const after = await ask(`${url}/status`, signal);
      const stands = isReply(after) ? readStatus(after.json)?.status : 'IN_PROGRESS';
      if (stands !== 'IN_PROGRESS') return 'canceled';
      return { kind: 'no_answer', why: 'transient', message: 'fal was told to stop the job.', retryAfterMs: null };
    },
    list: (since, signal) => listRequests(wire, `${platform}/v1/models/requests/by-endpoint`, since, signal),
    async verifyWebhook(delivery, now) {
      const signal = AbortSignal.timeout(setup.timeoutMs);
      const requestId = await verify(delivery, now, signal);
      if (requestId === null) return null;
      const app = await find(requestId, signal);
      return { eventId: requestId, job: app ? { upstreamId: requestId, operation: { id: requestId, app } } : null };
    },
  });
}

/** For a model of which nothing is known: the names that most of them have. */
const usualFields = ({ size, seconds, seed }: Request): JsonObject => ({
  aspect_ratio: aspectRatioOf(size),
  duration: String(seconds),
  ...(seed !== null && { seed }),
});

function warningsOf({ size, seed }: Request, known: FalModel | null): string[] {
  if (!known) return [`fal is not told the resolution: of ${size} it knows only the shape.`];
  return [
    ...(known.ignores.includes('size') ? [`${known.label} chooses the resolution itself.`] : []),
    ...(known.ignores.includes('seed') && seed !== null ? [`${known.label} takes no seed.`] : []),
  ];
}
