import type { Provider } from '#engine/system.ts';
import { classify } from '#providers/answers/classify.ts';
import { isReply, noAnswer, type Reply } from '#providers/answers/reply.ts';
import type { Answer } from '#video/answer.ts';
import type { Json, JsonObject, Request } from '#video/video.ts';
import { dataUriOf } from '../ai-sdk/data-uri.ts';
import { createHosted, createWire, idOf, type Prepared, Refused, type SdkStatus } from '../ai-sdk/hosted.ts';
import { percentIn } from '../ai-sdk/progress-lines.ts';
import { aspectRatioOf } from '../ai-sdk/shape.ts';
import type { Setup } from '../kind.ts';
import type { InputFile } from '../openai/encode.ts';
import { listPredictions } from './list.ts';
import { replicateModels } from './models.ts';
import { createVerifier } from './webhook.ts';
import { type Prediction, readPrediction, repair } from './wire.ts';

const api = 'https://api.replicate.com/v1';
const hourMs = 3_600_000;

/**
 * Replicate's predictions. Operation: `{ id }`. The SDK reads one URL and five statuses; lists of outputs and
 * `aborted` are repaired on the way to it, and logs and times are read beside it.
 */
export function createReplicate(setup: Setup): Provider {
  const headers = { authorization: `Bearer ${setup.apiKey ?? ''}` };
  const wire = createWire(setup, { roots: [api], headers, repair });
  const { ask, redact } = wire;
  const sdkModel = async (name: string) => {
    const { createReplicate: createSdk } = await import('@ai-sdk/replicate');
    return createSdk({
      apiToken: setup.apiKey ?? '',
      baseURL: wire.at(`${api}/`).slice(0, -1),
      fetch: wire.tap.fetch,
    }).video(name);
  };
  const urlOf = (operation: JsonObject) => `${api}/predictions/${encodeURIComponent(idOf(operation))}`;

  async function prepare(request: Request, frame: InputFile | null, webhookUrl: string | null): Promise<Prepared> {
    const { model, prompt, settings, size, seed } = request;
    if (!model || !/^\w[\w.-]*\/\w[\w.-]*(:\w+)?$/.test(model)) {
      throw new Refused('The name of a model at Replicate looks like owner/name.');
    }
    const known = replicateModels.find(({ name }) => name === model) ?? null;
    if (frame && known && !known.frameField) throw new Refused(`${known.label} takes no first frame.`);
    if (!frame && known?.offer.firstFrame === 'required') throw new Refused(`${known.label} needs a first frame.`);
    const first = frame && { [known?.frameField ?? 'image']: dataUriOf(frame) };
    return {
      model: await sdkModel(model),
      options: {
        prompt,
        ...(webhookUrl && { webhookUrl }),
        // The field of an image has a name of its own at each model: the SDK knows only `image`.
        providerOptions: {
          replicate: known
            ? { ...settings, ...known.fields(request), prompt, ...first }
            : { ...usualFields(request), ...settings, prompt, ...first },
        },
      },
      warnings: [
        ...(known?.ignores.includes('size') ? [`${known.label} chooses the resolution itself.`] : []),
        ...(known?.ignores.includes('seed') && seed !== null ? [`${known.label} takes no seed.`] : []),
        ...(known ? [] : [`Replicate is not told the resolution: of ${size} it knows only the shape.`]),
      ],
    };
  }

  function read({ status, json }: Reply, sdk: SdkStatus): Answer | null {
    const prediction = status < 300 ? readPrediction(json) : null;
    if (!prediction) return null;
    const raw = redact.json(json);
    if (sdk === 'completed') return { kind: 'completed', renderMs: renderMsOf(prediction), raw };
    if (sdk === 'pending') {
      const queued = prediction.status === 'starting';
      return { kind: 'running', queued, progress: percentIn(prediction.logs ?? ''), raw };
    }
    return verdictOf(prediction, raw);
  }

  function verdictOf({ status, error, data_removed }: Prediction, raw: Json): Answer | null {
    switch (status) {
      case 'canceled':
        return { kind: 'canceled', raw };
      // By Replicate's own doing: over the time that a model may take, or before it began.
      case 'aborted':
        return { kind: 'failed', code: 'provider_error', message: 'Replicate aborted the prediction.', raw };
      case 'failed': {
        const message = typeof error === 'string' ? error : error === null ? null : JSON.stringify(error);
        const code = /flagged as sensitive|nsfw/i.test(message ?? '')
          ? 'moderation'
          : classify({ code: null, type: null, message }, null);
        return { kind: 'failed', code, message: redact.text(message ?? 'Replicate gave no reason.'), raw };
      }
      case 'succeeded':
        return data_removed
          ? { kind: 'failed', code: 'expired', message: 'Replicate has removed the result.', raw }
          : {
              kind: 'failed',
              code: 'provider_error',
              message: 'Replicate says that it is done, and names no clip.',
              raw,
            };
      default:
        return null;
    }
  }

  return createHosted(setup, wire, {
    label: 'Replicate',
    capabilities: {
      deduplicates: false,
      lists: true,
      cancels: true,
      callsBack: true,
      slots: null,
      // replicate.com/docs/topics/predictions/rate-limits: 600 creates and 3,000 other requests a minute; one bucket holds both.
      requestsPerMinute: 600,
      // replicate.com/docs/topics/predictions/data-retention
      retentionMs: hourMs,
    },
    prepare,
    jobIn: (json) => {
      const id = readPrediction(json)?.id;
      return id === undefined ? null : { operation: { id }, upstreamId: id };
    },
    resume: async (operation) => ({
      model: await sdkModel('look/look'),
      operation: { getUrl: wire.at(urlOf(operation)) },
    }),
    read,
    resultUrl: urlOf,
    linkIn(json) {
      const prediction = readPrediction(json);
      if (prediction?.data_removed) return 'gone';
      return prediction?.output ?? null;
    },
    probeUrl: `${api}/account`,
    async cancel(operation, signal) {
      const reply = await ask(`${urlOf(operation)}/cancel`, signal, 'POST');
      if (!isReply(reply)) return reply;
      if (reply.status === 404) return 'refused';
      const status = reply.status < 300 ? readPrediction(reply.json)?.status : undefined;
      if (status === 'canceled' || status === 'aborted') return 'canceled';
      if (status === 'succeeded' || status === 'failed') return 'refused';
      if (status === undefined) return noAnswer(reply, redact);
      return {
        kind: 'no_answer',
        why: 'transient',
        message: 'Replicate was told to stop the job.',
        retryAfterMs: null,
      };
    },
    list: (since, signal) => listPredictions(wire, `${api}/predictions`, since, signal),
    verifyWebhook: createVerifier(() => ask(`${api}/webhooks/default/secret`, AbortSignal.timeout(setup.timeoutMs))),
  });
}

const renderMsOf = ({ metrics }: Prediction): number | null =>
  (metrics?.predict_time && Math.round(metrics.predict_time * 1_000)) || null;

/** For a model of which nothing is known: the names that most of them have. */
const usualFields = ({ size, seconds, seed }: Request): JsonObject => ({
  aspect_ratio: aspectRatioOf(size),
  duration: seconds,
  ...(seed !== null && { seed }),
});
