import type { Provider } from '#engine/system.ts';
import { classify } from '#providers/answers/classify.ts';
import type { Reply } from '#providers/answers/reply.ts';
import type { Answer } from '#video/answer.ts';
import type { FailureCode } from '#video/failure.ts';
import type { JsonObject, Request } from '#video/video.ts';
import { createHosted, createWire, idOf, type Prepared, Refused, type SdkStatus } from '../ai-sdk/hosted.ts';
import { aspectRatioOf, tierOf } from '../ai-sdk/shape.ts';
import type { Setup } from '../kind.ts';
import type { InputFile } from '../openai/encode.ts';
import { clipIn, isOperationName, readOperation, reasonIn } from './wire.ts';

const api = 'https://generativelanguage.googleapis.com/v1beta';

/** What Veo says when it will not make a clip of this. */
const refusal = /usage guidelines|violates? our|safety|responsible ai|sensitive/i;

/**
 * Veo through the Gemini API. Operation: `{ id }`, the name of a long-running operation. It has neither a cancel, nor a
 * list, nor webhooks.
 * - The SDK appends our key to the clip's URL. Its URL is never used: the file is asked for with the key in a header.
 * - The SDK knows only widescreen sizes; tier and shape are set here.
 * - Filtered clips are "No videos" to the SDK; why is read beside it.
 */
export function createGoogle(setup: Setup): Provider {
  const headers = { 'x-goog-api-key': setup.apiKey ?? '' };
  const wire = createWire(setup, { roots: [api], headers });
  const { redact } = wire;
  const root = wire.at(`${api}/`);
  const sdkModel = async (name: string) => {
    const { createGoogleGenerativeAI } = await import('@ai-sdk/google');
    return createGoogleGenerativeAI({
      apiKey: setup.apiKey ?? '',
      baseURL: root.slice(0, -1),
      fetch: wire.tap.fetch,
    }).video(name);
  };

  async function prepare(request: Request, frame: InputFile | null): Promise<Prepared> {
    const { model, prompt, settings, size, seconds, seed } = request;
    if (!model || !/^\w[\w.-]*$/.test(model))
      throw new Refused('Google needs the name of a model, such as veo-3.1-generate-preview.');
    const tier = tierOf(size);
    return {
      model: await sdkModel(model),
      options: {
        prompt: frame ? { text: prompt, image: frame.bytes } : prompt,
        aspectRatio: aspectRatioOf(size),
        duration: seconds,
        ...(seed !== null && { seed }),
        // One clip: every further sample would be billed, and shown to nobody.
        providerOptions: {
          google: { ...withoutOwn(settings), resolution: tier === '2160p' ? '4k' : tier, sampleCount: 1 },
        },
      },
      warnings: [],
    };
  }

  function read({ status, json }: Reply, sdk: SdkStatus): Answer | null {
    const operation = status < 300 ? readOperation(json) : null;
    if (!operation?.name && !operation?.done) return null;
    const raw = redact.json(json);
    if (sdk === 'pending') {
      return { kind: 'running', queued: false, progress: operation.metadata?.progressPercent ?? null, raw };
    }
    if (sdk === 'completed') return { kind: 'completed', renderMs: null, raw };
    const failed = (code: FailureCode, message: string): Answer => ({
      kind: 'failed',
      code,
      message: redact.text(message),
      raw,
    });
    if (operation.error) {
      const { code, message, status: name } = operation.error;
      // 1 = CANCELLED (google.rpc.Code).
      if (code === 1) return { kind: 'canceled', raw };
      if (refusal.test(message ?? '')) return failed('moderation', message ?? '');
      return failed(
        codeOf(code) ?? classify({ code: name, type: null, message }, null),
        message ?? 'Google gave no reason.',
      );
    }
    const filtered = operation.response?.generateVideoResponse;
    if (filtered?.raiMediaFilteredReasons?.length || filtered?.raiMediaFilteredCount) {
      return failed(
        'moderation',
        filtered.raiMediaFilteredReasons?.join(' ') || 'The safety filters kept the clip back.',
      );
    }
    return failed('provider_error', 'Google says that it is done, and names no clip.');
  }

  const urlOf = (operation: JsonObject) => {
    const name = idOf(operation);
    if (!isOperationName(name)) throw new Error('the operation has no name of an operation');
    return `${api}/${name}`;
  };

  return createHosted(setup, wire, {
    label: 'Google',
    capabilities: {
      deduplicates: false,
      lists: false,
      cancels: false,
      callsBack: false,
      slots: null,
      requestsPerMinute: null,
      // ai.google.dev/gemini-api/docs/video: "stored on the server for 2 days".
      retentionMs: 2 * 24 * 3_600_000,
    },
    prepare,
    jobIn: (json) => {
      const name = readOperation(json)?.name;
      return name ? { operation: { id: name }, upstreamId: name } : null;
    },
    reasonIn,
    // A person may have written the id of a lost job: what is no name of an operation is not asked for.
    lookFirst: async (operation) =>
      isOperationName(idOf(operation)) ? { renderMs: null } : { answer: { kind: 'missing', raw: null } },
    resume: async (operation) => ({ model: await sdkModel('look'), operation: { operationName: idOf(operation) } }),
    read,
    resultUrl: urlOf,
    linkIn: clipIn,
    fileHeaders: (url): Record<string, string> => (isSameOrigin(url, root) ? headers : {}),
    probeUrl: `${api}/models?pageSize=1`,
  });
}

const isSameOrigin = (one: string, other: string): boolean =>
  URL.canParse(one) && new URL(one).origin === new URL(other).origin;

/** Of google.rpc.Code: what the number says where the name is left out. */
function codeOf(code: number | null): FailureCode | null {
  if (code === 3) return 'invalid_request';
  if (code === 8) return 'capacity';
  return code === 7 || code === 16 ? 'auth' : null;
}

/** Parameters that say what was asked for: settings do not change them. */
const own = ['aspectRatio', 'durationSeconds', 'seed', 'resolution', 'sampleCount', 'numberOfVideos'];
const withoutOwn = (settings: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(settings).filter(([name]) => !own.includes(name)));
