import type { Download } from '#engine/system.ts';
import { type Response, type SafeFetch, UnsafeUrl } from '#net/safe-fetch.ts';
import type { Redact } from '#providers/answers/redact.ts';
import { isTransient, reasonOf } from '#providers/answers/reply.ts';
import { retryAfterMs } from '#providers/answers/retry-after.ts';
import { DownloadError } from '#video/errors/download-error.ts';

/** Streams a finished file from where its provider says that it lies. Throws `DownloadError`, without the URL. */
export async function openFile(
  { fetch, redact }: { fetch: SafeFetch; redact: Redact },
  url: string,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<Download> {
  const ask = (more: Record<string, string> = {}) =>
    fetch(url, {
      headers: { ...headers, accept: '*/*', 'accept-encoding': 'identity', ...more },
      signal,
    }).catch((error: unknown) => Promise.reject(brokenOff(redact, error)));
  const response = await ask();
  if (response.ok) return downloadOf(redact, response, ask);
  const { status } = response;
  await response.body?.cancel();
  throw new DownloadError(
    reasonFor(status),
    `HTTP ${status} instead of the file`,
    retryAfterMs((name) => response.headers.get(name), Date.now()),
  );
}

/** A file is gone only where that is said: a bare 404 is also what a half-loaded server says. */
function reasonFor(status: number): DownloadError['reason'] {
  if (status === 410) return 'gone';
  if (status === 404) return 'not_ready';
  return isTransient(status) ? 'transient' : 'refused';
}

/** `again` asks for the same file once more, with these headers beside. */
export function downloadOf(
  redact: Redact,
  response: Response,
  again: (headers: Record<string, string>) => Promise<Response>,
): Download {
  const length = response.headers.get('content-length');
  const bytes = length !== null && !response.headers.has('content-encoding') ? Number(length) : null;
  const etag = response.headers.get('etag');
  return {
    stream: chunksOf(redact, response),
    contentType: response.headers.get('content-type'),
    bytes,
    // A weak one may stand for other bytes that mean the same.
    ...(etag?.startsWith('"') && bytes !== null && { etag, rest: (from) => restOf(redact, again, etag, from) }),
  };
}

/** The bytes from here on, if they are still those of this version (RFC 9110 §13.1.5, §14.2). */
async function restOf(
  redact: Redact,
  again: (headers: Record<string, string>) => Promise<Response>,
  etag: string,
  from: number,
): Promise<AsyncIterable<Uint8Array> | null> {
  const response = await again({ range: `bytes=${from}-`, 'if-range': etag });
  const { headers, status } = response;
  const isRest = headers.get('content-range')?.startsWith(`bytes ${from}-`) && headers.get('etag') === etag;
  if (status === 206 && isRest) return chunksOf(redact, response);
  await response.body?.cancel();
  return null;
}

async function* chunksOf(redact: Redact, response: Response): AsyncGenerator<Uint8Array> {
  try {
    yield* response.body ?? [];
  } catch (error) {
    throw brokenOff(redact, error);
  }
}

export function brokenOff(redact: Redact, error: unknown): DownloadError {
  if (error instanceof UnsafeUrl) return new DownloadError('refused', `The result is not fetched: ${error.message}.`);
  const message = redact.text(`The download broke off: ${reasonOf(error)}.`);
  return new DownloadError('transient', message, null, { cause: error });
}
