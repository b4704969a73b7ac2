import type { Download } from '#engine/system.ts';
import type { Response } from '#net/safe-fetch.ts';
import { readError } from '#providers/answers/api-error.ts';
import { isReply, isTransient, type Reply, replyOf } from '#providers/answers/reply.ts';
import { retryAfterMs } from '#providers/answers/retry-after.ts';
import { DownloadError } from '#video/errors/download-error.ts';
import type { AssetKind } from '#video/video.ts';
import { brokenOff, downloadOf } from '../file.ts';
import { recognises } from './check.ts';
import { ask, type Connection, headersOf, pathOf, urlOf } from './client.ts';
import { readVideo, stateOf, type VideoBody } from './wire.ts';

const variants: Partial<Record<AssetKind, string>> = {
  // SGLang takes `variant` for the index of an output: the clip is asked for without.
  clip: '',
  thumbnail: '?variant=thumbnail',
  spritesheet: '?variant=spritesheet',
};

/**
 * Opens the result of a finished job, however the server hands it out: bytes, a redirect, JSON with a URL, an error that
 * names a cloud URL, or a URL in the video object.
 * 1. GET /content; bytes are the result.
 * 2. A URL in its answer is fetched instead, without our key where it leads elsewhere.
 * 3. A refusal: the video object tells whether there is a URL, whether it is too early, or whether the file is gone.
 * Throws `DownloadError`.
 */
export async function open(
  connection: Connection,
  upstreamId: string,
  kind: AssetKind,
  signal: AbortSignal,
): Promise<Download> {
  const query = variants[kind];
  if (query === undefined) throw new DownloadError('refused', `the protocol has no ${kind}`);
  const ask: Ask = (headers) =>
    get(connection, () => urlOf(connection, `${pathOf(upstreamId)}/content${query}`), signal, headers);
  const response = await ask();
  if (response.ok && !isJson(response)) return download(connection, response, kind, ask);
  const reply = await read(connection, response);
  const link = linkIn(reply);
  if (link) return follow(connection, link, kind, signal);
  const job = kind === 'clip' && !response.ok ? await lookUp(connection, upstreamId, signal) : null;
  if (job?.url) return follow(connection, job.url, kind, signal);
  throw refusal(connection, reply, job);
}

/** The same file once more, with these headers beside. */
type Ask = (headers?: Record<string, string>) => Promise<Response>;

/** With our key only at the API's own origin. */
async function get(
  connection: Connection,
  target: () => string,
  signal: AbortSignal,
  more: Record<string, string> = {},
): Promise<Response> {
  try {
    const url = new URL(target());
    const own = url.origin === new URL(urlOf(connection, '')).origin;
    const headers = { ...(own && headersOf(connection)), accept: '*/*', 'accept-encoding': 'identity', ...more };
    return await connection.fetch(url, { headers, signal });
  } catch (error) {
    throw brokenOff(connection.redact, error);
  }
}

async function follow(connection: Connection, link: string, kind: AssetKind, signal: AbortSignal): Promise<Download> {
  const ask: Ask = (headers) => get(connection, () => new URL(link, urlOf(connection, '/')).href, signal, headers);
  const response = await ask();
  if (response.ok && !isJson(response)) return download(connection, response, kind, ask);
  throw refusal(connection, await read(connection, response), null);
}

const read = (connection: Connection, response: Response): Promise<Reply> =>
  replyOf(response).catch((error) => Promise.reject(brokenOff(connection.redact, error)));

function download(connection: Connection, response: Response, kind: AssetKind, ask: Ask): Download {
  const contentType = response.headers.get('content-type');
  if (kind !== 'clip' && contentType?.startsWith('video/')) {
    response.body?.cancel().catch(() => undefined);
    throw new DownloadError('refused', `the provider has no ${kind}: it answers the clip`);
  }
  return downloadOf(connection.redact, response, ask);
}

/** The job's state, where it can be had: only to explain a refusal. */
async function lookUp(connection: Connection, upstreamId: string, signal: AbortSignal): Promise<VideoBody | null> {
  const reply = await ask(connection, pathOf(upstreamId), signal);
  const video = isReply(reply) ? readVideo(reply.json) : null;
  return video && recognises(video, upstreamId) ? video : null;
}

/** A file is gone only when the provider says so: a bare 404 is also what a restarted or a half-loaded server says. */
function refusal({ redact }: Connection, reply: Reply, job: VideoBody | null): DownloadError {
  const { status } = reply;
  const error = readError(reply.json);
  const message = redact.text(
    error?.message ? `HTTP ${status}: ${error.message}` : `HTTP ${status} instead of the file`,
  );
  const expired =
    status === 410 ||
    /expired/i.test(error?.code ?? '') ||
    (status === 404 && job?.expiresAt && job.expiresAt.getTime() <= Date.now()) ||
    (job?.status && ['expired', 'canceled'].includes(stateOf(job.status)));
  if (expired) return new DownloadError('gone', message);
  if (isTransient(status)) {
    return new DownloadError('transient', message, retryAfterMs(reply.header, Date.now()));
  }
  const early = status === 400 || status === 404 || status === 409 || status === 422;
  return new DownloadError(early ? 'not_ready' : 'refused', message);
}

const isJson = (response: Response) => /\bjson\b/i.test(response.headers.get('content-type') ?? '');

/** A URL where the protocol has bytes: in JSON, or in SGLang's "Please use the cloud URL: …". */
function linkIn({ status, json, text }: Reply): string | null {
  if (status < 300) return readVideo(json)?.url ?? null;
  return /use the cloud URL:?\s*(https?:\/\/[^\s"'<>\\]+)/i.exec(text)?.[1] ?? null;
}
