import type { Provider } from '#engine/system.ts';
import { readError } from '#providers/answers/api-error.ts';
import { classify } from '#providers/answers/classify.ts';
import type { Reply } from '#providers/answers/reply.ts';
import type { Answer } from '#video/answer.ts';
import type { JsonObject, Request } from '#video/video.ts';
import { createHosted, createWire, idOf, type Prepared, Refused, type SdkStatus } from '../ai-sdk/hosted.ts';
import { aspectRatioOf, tierOf } from '../ai-sdk/shape.ts';
import type { Setup } from '../kind.ts';
import type { InputFile } from '../openai/encode.ts';
import { clipOf, costMicroUsdOf, readVideo, requestIdIn } from './wire.ts';

const api = 'https://api.x.ai/v1';
const tiers = new Set(['480p', '720p', '1080p']);

/**
 * xAI's Grok Imagine. Operation: `{ id }`. It has neither a cancel, nor a list, nor webhooks. Progress comes with every
 * look and the bill with the result; the SDK drops the first.
 */
export function createXai(setup: Setup): Provider {
  const headers = { authorization: `Bearer ${setup.apiKey ?? ''}` };
  const wire = createWire(setup, { roots: [api], headers });
  const { redact } = wire;
  const sdkModel = async (name: string) => {
    const { createXai: createSdk } = await import('@ai-sdk/xai');
    const baseURL = wire.at(`${api}/`).slice(0, -1);
    return createSdk({ apiKey: setup.apiKey ?? '', baseURL, fetch: wire.tap.fetch }).video(name);
  };

  async function prepare(request: Request, frame: InputFile | null): Promise<Prepared> {
    const { model, prompt, settings, size, seconds, seed } = request;
    if (!model) throw new Refused('xAI needs the name of a model, such as grok-imagine-video.');
    const tier = tierOf(size);
    return {
      model: await sdkModel(model),
      options: {
        prompt: frame ? { text: prompt, image: frame.bytes } : prompt,
        duration: seconds,
        aspectRatio: aspectRatioOf(size),
        // Passed on only so that the SDK tells that it is ignored.
        ...(seed !== null && { seed }),
        providerOptions: { xai: { ...withoutOwn(settings), ...(tiers.has(tier) && { resolution: tier }) } },
      },
      warnings: tiers.has(tier) ? [] : [`xAI renders 480p, 720p or 1080p: it chooses instead of ${size}.`],
    };
  }

  function read({ status, json }: Reply, sdk: SdkStatus): Answer | null {
    const raw = redact.json(json);
    // A clip that was rendered and then kept back is billed too.
    const costMicroUsd = costMicroUsdOf(readVideo(json));
    const bill = costMicroUsd !== null && { costMicroUsd };
    const failed = (code: ReturnType<typeof classify>, message: string): Answer => ({
      kind: 'failed',
      code,
      message: redact.text(message),
      ...bill,
      raw,
    });
    // A clip that moderation kept back is told as a bad request.
    if (status === 400) {
      const reason = readError(json);
      return classify(reason, null) === 'moderation' ? failed('moderation', reason?.message ?? '') : null;
    }
    // 202 without a body is a job that runs.
    if (status === 202 && sdk === 'pending') {
      return { kind: 'running', queued: false, progress: readVideo(json)?.progress ?? null, raw };
    }
    const video = status < 300 ? readVideo(json) : null;
    if (!video || (!video.status && !clipOf(video))) return null;
    if (video.video?.respect_moderation === false)
      return failed('moderation', 'xAI kept the clip back: its content policy.');
    if (sdk === 'pending') return { kind: 'running', queued: false, progress: video.progress, raw };
    if (sdk === 'completed') return { kind: 'completed', renderMs: null, ...bill, raw };
    if (video.status === 'expired') return failed('expired', 'xAI says that the job has expired.');
    if (video.status === 'done') return failed('provider_error', 'xAI says that it is done, and names no clip.');
    const reason = video.error && { ...video.error, type: null };
    return failed(classify(reason, null), reason?.message ?? reason?.code ?? 'xAI gave no reason.');
  }

  const urlOf = (operation: JsonObject) => `${api}/videos/${encodeURIComponent(idOf(operation))}`;

  return createHosted(setup, wire, {
    label: 'xAI',
    capabilities: {
      deduplicates: false,
      lists: false,
      cancels: false,
      callsBack: false,
      slots: null,
      requestsPerMinute: null,
      // "Temporary" is all that is said of the result's URL: the shortest that any provider keeps one is assumed.
      retentionMs: 3_600_000,
    },
    prepare,
    jobIn: (json) => {
      const id = requestIdIn(json);
      return id === null ? null : { operation: { id }, upstreamId: id };
    },
    resume: async (operation) => ({ model: await sdkModel('look'), operation: { requestId: idOf(operation) } }),
    read,
    resultUrl: urlOf,
    linkIn(json) {
      const video = readVideo(json);
      return video?.status === 'expired' ? 'gone' : video && clipOf(video);
    },
    probeUrl: `${api}/api-key`,
  });
}

/**
 * What says what was asked for, or asks for something else: the SDK writes every option that it does not know over its
 * own fields, so that a setting could make a clip longer than its estimate.
 */
const own = new Set([
  'model',
  'prompt',
  'duration',
  'aspect_ratio',
  'resolution',
  'image',
  'video',
  'n',
  'mode',
  'videoUrl',
]);
const withoutOwn = (settings: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(settings).filter(([name]) => !own.has(name)));
