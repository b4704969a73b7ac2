import type { Capabilities, Provider } from '#engine/system.ts';
import type { SafeFetch } from '#net/safe-fetch.ts';
import type { JsonObject } from '#video/video.ts';
import { createRedact } from '../redact.ts';
import { cancel } from './cancel.ts';
import { check } from './check.ts';
import { ask, type Connection, isApiShaped, isReply, type Reply } from './client.ts';
import { open } from './download.ts';
import type { Encoding } from './encode.ts';
import { list } from './list.ts';
import { listModels } from './models.ts';
import { type ReadInput, submit } from './submit.ts';

export type OpenAIOptions = {
  id: string;
  /** Ends before `/videos`; a function where the address can change, such as the simulator's. May throw: not running. */
  baseUrl: string | (() => string);
  apiKey: string | null;
  /** Must admit the base URL's own host. */
  fetch: SafeFetch;
  capabilities: Capabilities;
  /** `multipart` by default: every server but LLMGateway reads it. */
  encoding?: Encoding;
  readInput?: ReadInput;
  timeoutMs?: number;
};

export type OpenAIProvider = Provider & {
  /** The names that the server gives its models; null where it does not tell. */
  listModels(signal: AbortSignal): Promise<string[] | null>;
};

/** A server without a listing may get one with its next version: asked again after so long. */
const forgetMs = 10 * 60_000;

/** Any server of the `/v1/videos` protocol. */
export function createOpenAIProvider(options: OpenAIOptions): OpenAIProvider {
  const {
    id,
    baseUrl,
    apiKey,
    fetch,
    capabilities,
    encoding = 'multipart',
    readInput = null,
    timeoutMs = 30_000,
  } = options;
  const connection: Connection = { baseUrl, apiKey, fetch, redact: createRedact([apiKey]), timeoutMs };
  let listlessUntilMs = 0;
  const lists = () => capabilities.lists && Date.now() >= listlessUntilMs;

  return {
    id,
    get capabilities() {
      return { ...capabilities, lists: lists() };
    },
    start: (request, key, signal) => submit(connection, encoding, readInput, request, key, signal),
    check: (operation, signal) => check(connection, upstreamIdOf(operation), signal),
    ...(capabilities.cancels && { cancel: (operation, signal) => cancel(connection, upstreamIdOf(operation), signal) }),
    get list() {
      if (!lists()) return undefined;
      return async (since: Date, signal: AbortSignal): ReturnType<NonNullable<Provider['list']>> => {
        const listing = await list(connection, since, signal);
        if (listing.kind !== 'unsupported') return listing;
        listlessUntilMs = Date.now() + forgetMs;
        return { kind: 'no_answer', why: 'protocol', message: 'The provider has no listing.', retryAfterMs: null };
      };
    },
    probe: async (signal) => {
      for (const path of ['/models', '/videos?limit=1']) {
        const reply = await ask(connection, path, signal);
        if (isReply(reply) && proves(reply)) return true;
      }
      return false;
    },
    open: (operation, kind, signal) => open(connection, upstreamIdOf(operation), kind, signal),
    listModels: (signal) => listModels(connection, signal),
  };
}

/** Even a refusal proves that the API is there, as long as the API itself says it. */
const proves = (reply: Reply) =>
  reply.status < 500 && (reply.status < 300 ? reply.json !== undefined : isApiShaped(reply));

function upstreamIdOf(operation: JsonObject): string {
  if (typeof operation.id !== 'string') throw new Error('the operation has no id');
  return operation.id;
}
