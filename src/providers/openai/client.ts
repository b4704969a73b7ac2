import type { SafeFetch } from '#net/safe-fetch.ts';
import type { Redact } from '#providers/answers/redact.ts';
import { notReached, type Reply, replyOf } from '#providers/answers/reply.ts';
import type { NoAnswer } from '#video/answer.ts';
import type { Personality } from './personality.ts';

/** How a server of the protocol is reached. `baseUrl` ends before `/videos`; a function, where it can move. */
export type Connection = {
  baseUrl: string | (() => string);
  apiKey: string | null;
  /** Left out = as the protocol has it. */
  personality?: Pick<Personality, 'keyHeader' | 'query'>;
  fetch: SafeFetch;
  redact: Redact;
  /** For one small answer; downloads have no limit but silence. */
  timeoutMs: number;
};

/** A query of the base URL, and that of the personality, stand behind every path. */
export function urlOf({ baseUrl, personality }: Connection, path: string): string {
  const [address = '', query] = (typeof baseUrl === 'function' ? baseUrl() : baseUrl).split('?');
  const url = address.replace(/\/+$/, '') + path;
  const always = query || personality?.query;
  return always ? `${url}${path.includes('?') ? '&' : '?'}${always}` : url;
}

export function headersOf({ apiKey, personality }: Connection): Record<string, string> {
  const name = personality?.keyHeader ?? 'authorization';
  const key = apiKey && { [name]: name === 'authorization' ? `Bearer ${apiKey}` : apiKey };
  return { 'user-agent': 'dailies', ...key };
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
    return notReached(error, connection.redact);
  }
}
