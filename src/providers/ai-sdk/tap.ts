import { AsyncLocalStorage } from 'node:async_hooks';
import type { StartCall } from '#engine/system.ts';
import { type Outcome, post } from '#net/outcome.ts';
import type { SafeFetch } from '#net/safe-fetch.ts';
import type { Redact } from '#providers/answers/redact.ts';
import { isTransient, noAnswer, notReached, type Reply, replyOf } from '#providers/answers/reply.ts';
import type { NoAnswer } from '#video/answer.ts';
import type { Json } from '#video/video.ts';

/** What one call of the SDK did on the wire, and what the SDK made of it. */
export type Tapped<T> = {
  /** Of the POST; null = none was sent. */
  outcome: Outcome | null;
  /** The last whole answer to a GET. */
  reply: Reply | null;
  /** A GET had no answer that says anything about the job. */
  trouble: NoAnswer | null;
  result: T | null;
  error: unknown;
};

export type Tap = {
  /** Given to the SDK's provider: everything that it asks for passes here. */
  fetch: typeof globalThis.fetch;
  /** Throws nothing. */
  call<T>(work: () => Promise<T>, signal: AbortSignal, create?: Create): Promise<Tapped<T>>;
};

/** Of a call that POSTs: `url` = where to, whatever the SDK thinks. */
export type Create = { url?: string | undefined } & Pick<StartCall, 'mayStillSend'>;

export type TapOptions = {
  fetch: SafeFetch;
  /** From a provider's public address to where it stands. */
  route: (url: string) => string;
  redact: Redact;
  timeoutMs: number;
  /** Makes an answer readable for the SDK. */
  repair?: (json: Json) => Json;
};

/**
 * Told to the SDK for an answer that is no verdict. No API error of its own kind, and without a cause: fal's model
 * makes a failed job of those.
 */
class NoVerdict extends Error {
  override name = 'NoVerdict';
}

type Call = Pick<Tapped<unknown>, 'outcome' | 'reply' | 'trouble'> & { signal: AbortSignal; create: Create };

/**
 * A fetch for the AI SDK that keeps what the SDK loses.
 * 1. The create is POSTed once, over `net/outcome.ts`: whether anything was sent is decided at the socket, and never
 *    from an error of the SDK, which looks the same for "never arrived" and "accepted, answer lost".
 * 2. A GET that was answered 408, 425, 429, 5xx or not at all ends the call as no verdict, with its whole Retry-After.
 * 3. Every other answer is kept as it came: the SDK drops progress, logs, reasons and costs.
 */
export function createTap({ fetch, route, redact, timeoutMs, repair }: TapOptions): Tap {
  const calls = new AsyncLocalStorage<Call>();

  async function create(call: Call, url: string, init: RequestInit): Promise<Response> {
    if (call.outcome) throw new Error('a create is never sent twice');
    call.outcome = await post({
      url,
      headers: Object.fromEntries(new Headers(init.headers)),
      body: Buffer.from(String(init.body ?? '')),
      signal: AbortSignal.any([call.signal, AbortSignal.timeout(timeoutMs)]),
      mayStillSend: call.create.mayStillSend,
    });
    if (call.outcome.kind !== 'answered') throw new NoVerdict(call.outcome.kind);
    return responseOf(call.outcome.status, call.outcome.body);
  }

  async function look(call: Call, url: string, init: RequestInit): Promise<Response> {
    let reply: Reply;
    try {
      const signal = AbortSignal.any([call.signal, AbortSignal.timeout(timeoutMs)]);
      reply = await replyOf(await fetch(url, { headers: Object.fromEntries(new Headers(init.headers)), signal }));
    } catch (error) {
      call.trouble = notReached(error, redact);
      throw new NoVerdict(call.trouble.message);
    }
    if (isTransient(reply.status)) {
      call.trouble = noAnswer(reply, redact);
      throw new NoVerdict(call.trouble.message);
    }
    call.reply = reply;
    const text = repair && reply.json !== undefined ? JSON.stringify(repair(reply.json)) : reply.text;
    return responseOf(reply.status, text);
  }

  return {
    fetch: async (input, init = {}) => {
      const call = calls.getStore();
      if (!call) throw new Error('the SDK asked outside of a call');
      const url = route(input instanceof Request ? input.url : String(input));
      return init.method === 'POST' ? create(call, call.create.url ?? url, init) : look(call, url, init);
    },
    async call(work, signal, create = {}) {
      const call: Call = { outcome: null, reply: null, trouble: null, signal, create };
      try {
        const result = await calls.run(call, work);
        return { ...call, result, error: null };
      } catch (error) {
        return { ...call, result: null, error };
      }
    },
  };
}

const responseOf = (status: number, text: string) =>
  new Response(status === 204 || status === 304 ? null : text, {
    status: status < 200 ? 502 : status,
    headers: { 'content-type': 'application/json' },
  });
