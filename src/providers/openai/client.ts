import type { Response, SafeFetch } from '#net/safe-fetch.ts';
import type { NoAnswer } from '#video/answer.ts';
import type { Json } from '#video/video.ts';
import type { Redact } from '../redact.ts';
import { retryAfterMs } from '../retry-after.ts';
import { readError } from './wire.ts';

/** How a server of the protocol is reached. `baseUrl` ends before `/videos`; a function, where it can move. */
export type Connection = {
  baseUrl: string | (() => string);
  apiKey: string | null;
  fetch: SafeFetch;
  redact: Redact;
  /** For one small answer; downloads have no limit but silence. */
  timeoutMs: number;
};

/** A whole small answer. `json` is undefined where the body is none. */
export type Reply = { status: number; header: (name: string) => string | null; text: string; json: Json | undefined };

const maxReplyBytes = 1_000_000;

export function urlOf({ baseUrl }: Connection, path: string): string {
  const base = typeof baseUrl === 'function' ? baseUrl() : baseUrl;
  return base.replace(/\/+$/, '') + path;
}

export function headersOf({ apiKey }: Connection): Record<string, string> {
  return { 'user-agent': 'dailies', ...(apiKey && { authorization: `Bearer ${apiKey}` }) };
}

export const pathOf = (upstreamId: string): string => `/videos/${encodeURIComponent(upstreamId)}`;

/** A free request. Answers `NoAnswer` where there was no whole answer; throws nothing. */
export async function ask(
  connection: Connection,
  path: string,
  signal: AbortSignal,
  method: 'GET' | 'DELETE' = 'GET',
): Promise<Reply | NoAnswer> {
  try {
    const response = await connection.fetch(urlOf(connection, path), {
      method,
      headers: { ...headersOf(connection), accept: 'application/json' },
      signal: AbortSignal.any([signal, AbortSignal.timeout(connection.timeoutMs)]),
    });
    return await replyOf(response);
  } catch (error) {
    const message = connection.redact.text(`The provider could not be reached: ${reasonOf(error)}.`);
    return { kind: 'no_answer', why: 'transient', message, retryAfterMs: null };
  }
}

export const isReply = (reply: Reply | NoAnswer): reply is Reply => 'status' in reply;

/** A reply that is no verdict, as what it is. */
export function noAnswer(reply: Reply, redact: Redact): NoAnswer {
  const { status } = reply;
  const reason = readError(reply.json)?.message;
  return {
    kind: 'no_answer',
    why: whyOf(status),
    message: redact.text(reason ? `HTTP ${status}: ${reason}` : `HTTP ${status}, and nothing that can be read`),
    retryAfterMs: retryAfterMs(reply.header, Date.now()),
  };
}

function whyOf(status: number): NoAnswer['why'] {
  if (status === 429) return 'rate_limited';
  if (status === 401 || status === 402 || status === 403) return 'auth';
  if (status === 408 || status === 425 || status >= 500) return 'transient';
  return 'protocol';
}

/** The API itself speaks, not a proxy or a web server in front of it. */
export const isApiShaped = (reply: Reply): boolean => readError(reply.json) !== null;

/** Reads at most a megabyte: a check must never fill the memory. */
export async function replyOf(response: Response): Promise<Reply> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk);
    bytes += chunk.byteLength;
    if (bytes > maxReplyBytes) break;
  }
  const text = Buffer.concat(chunks).toString('utf8');
  return { status: response.status, header: (name) => response.headers.get(name), text, json: parse(text) };
}

export function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What stopped a request, in the words of the deepest cause. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause instanceof Error) return reasonOf(error.cause);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : null;
  return code ?? error.message;
}
