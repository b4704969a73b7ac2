import type { Response } from '#net/safe-fetch.ts';
import type { NoAnswer } from '#video/answer.ts';
import type { Json } from '#video/video.ts';
import { readError } from './api-error.ts';
import { classify } from './classify.ts';
import type { Redact } from './redact.ts';
import { retryAfterMs } from './retry-after.ts';

/** A whole small answer. `json` is undefined where the body is none. */
export type Reply = { status: number; header: (name: string) => string | null; text: string; json: Json | undefined };

const maxReplyBytes = 1_000_000;

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

export const isReply = (reply: Reply | NoAnswer): reply is Reply => 'status' in reply;

/** A reply that is no verdict, as what it is. */
export function noAnswer(reply: Reply, redact: Redact): NoAnswer {
  const { status } = reply;
  const error = readError(reply.json);
  const reason = error?.message;
  return {
    kind: 'no_answer',
    why: status === 400 && classify(error, status) === 'auth' ? 'auth' : whyOf(status),
    message: redact.text(reason ? `HTTP ${status}: ${reason}` : `HTTP ${status}, and nothing that can be read`),
    retryAfterMs: retryAfterMs(reply.header, Date.now()),
  };
}

/** Nobody answered at all. */
export const notReached = (error: unknown, redact: Redact): NoAnswer => ({
  kind: 'no_answer',
  why: 'transient',
  message: redact.text(`The provider could not be reached: ${reasonOf(error)}.`),
  retryAfterMs: null,
});

/** The provider speaks, and cannot be understood. */
export const unreadable = (message: string): NoAnswer => ({
  kind: 'no_answer',
  why: 'protocol',
  message,
  retryAfterMs: null,
});

function whyOf(status: number): NoAnswer['why'] {
  if (status === 429) return 'rate_limited';
  if (status === 401 || status === 402 || status === 403) return 'auth';
  if (isTransient(status)) return 'transient';
  return 'protocol';
}

/** A state of the server and not of the request: the same question may be answered a little later. */
export const isTransient = (status: number): boolean =>
  status === 408 || status === 425 || status === 429 || status >= 500;

/** The API itself speaks, not a proxy or a web server in front of it. */
export const isApiShaped = (reply: Reply): boolean => readError(reply.json) !== null;

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
