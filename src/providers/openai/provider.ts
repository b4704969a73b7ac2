import type { Capabilities, Provider } from '#engine/system.ts';
import type { SafeFetch } from '#net/safe-fetch.ts';
import { createRedact } from '#providers/answers/redact.ts';
import { isApiShaped, isReply, noAnswer, type Reply, unreadable } from '#providers/answers/reply.ts';
import type { NoAnswer } from '#video/answer.ts';
import type { JsonObject } from '#video/video.ts';
import { cancel } from './cancel.ts';
import { check } from './check.ts';
import { ask, type Connection } from './client.ts';
import { open } from './download.ts';
import { list } from './list.ts';
import { listModels } from './models.ts';
import { generic, type Personality } from './personality.ts';
import { createCharacter, type ReadInput, submit } from './submit.ts';

export type OpenAIOptions = {
  id: string;
  /** Which of its keys `apiKey` is. */
  credentialId?: string | null;
  /** Ends before `/videos`; a function where the address can change, such as the simulator's. May throw: not running. */
  baseUrl: string | (() => string);
  apiKey: string | null;
  /** Must admit the base URL's own host. */
  fetch: SafeFetch;
  capabilities: Capabilities;
  /** What the server is known to be; what it cannot do takes away from `capabilities`. */
  personality?: Personality;
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
    credentialId = null,
    baseUrl,
    apiKey,
    fetch,
    personality = generic,
    readInput = null,
    timeoutMs = 30_000,
  } = options;
  const capabilities = {
    ...options.capabilities,
    lists: options.capabilities.lists && personality.lists,
    cancels: options.capabilities.cancels && personality.cancels,
  };
  const connection: Connection = { baseUrl, apiKey, personality, fetch, redact: createRedact([apiKey]), timeoutMs };
  let listlessUntilMs = 0;
  const lists = () => capabilities.lists && Date.now() >= listlessUntilMs;

  return {
    id,
    credentialId,
    get capabilities() {
      return { ...capabilities, lists: lists() };
    },
    start: (request, call) => submit(connection, personality.encoding, readInput, request, call),
    ...(personality.derives && {
      createCharacter: (name, inputId, call) => createCharacter(connection, readInput, name, inputId, call),
    }),
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
    async test(signal) {
      let last: NoAnswer | null = null;
      for (const path of ['/models', '/videos?limit=1']) {
        const reply = await ask(connection, path, signal);
        if (isReply(reply) && reply.status < 300 && reply.json !== undefined) return { kind: 'ok' };
        const none = isReply(reply) ? noAnswer(reply, connection.redact) : reply;
        if (none.why === 'auth' || !isReply(reply)) return none;
        last ??= none;
      }
      return last ?? unreadable('It answers, and cannot be understood.');
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
