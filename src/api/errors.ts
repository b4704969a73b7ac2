import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { Busy, CommandRefused, NoSuchVideo } from '#engine/commands.ts';
import { NotOffered } from '#video/choice.ts';
import { DownloadError } from '#video/download-error.ts';
import { QueueFull } from '#video/queue-full.ts';
import type { Env } from './context.ts';

/** An answer that is no success, in the envelope of the OpenAI protocol. `param` = the field it is about. */
export class ApiError extends Error {
  override name = 'ApiError';
  readonly status: ContentfulStatusCode;
  readonly code: string | null;
  readonly param: string | null;
  readonly headers: Record<string, string>;
  constructor(
    status: ContentfulStatusCode,
    code: string | null,
    message: string,
    param: string | null = null,
    headers: Record<string, string> = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.param = param;
    this.headers = headers;
  }
}

export const badField = (param: string, message: string) => new ApiError(400, 'invalid_field', message, param);
/** Somebody else's video and one that does not exist look alike. */
export const noSuchVideo = () => new ApiError(404, 'not_found', 'there is no such video');

/** Every error that may leave a route, as an answer; what is not known here is a defect, and is not explained. */
export function answerError(error: Error, c: Context<Env>): Response {
  const known = knownError(error);
  if (!known) c.var.log.error({ err: error, request: c.var.requestId, path: c.req.path }, 'request failed');
  const { status, code, message, param, headers } =
    known ??
    new ApiError(500, 'internal_error', 'something went wrong on our side; the log has more under this request id');
  const envelope = { message, type: typeOf(status), param, code };
  // The seeds' clients read `error` as a string.
  const ofSeeds = c.req.path.endsWith('/sora-status') || c.req.path.startsWith('/api/cron/');
  const body = ofSeeds ? { error: message, detail: envelope } : { error: envelope };
  return c.json(body, status, headers);
}

function knownError(error: Error): ApiError | null {
  if (error instanceof ApiError) return error;
  if (error instanceof NotOffered) return badField(error.param, error.message);
  if (error instanceof NoSuchVideo) return noSuchVideo();
  if (error instanceof CommandRefused) return new ApiError(409, error.code, error.message);
  if (error instanceof Busy) return new ApiError(409, 'busy', error.message, null, { 'retry-after': '3' });
  if (error instanceof QueueFull) return new ApiError(429, 'queue_full', error.message, null, { 'retry-after': '60' });
  if (error instanceof DownloadError && error.reason === 'not_media') return badField('file', error.message);
  if (error instanceof HTTPException) {
    if (error.status === 415) return notJson();
    return new ApiError(error.status as ContentfulStatusCode, null, error.message || 'the request is not understood');
  }
  return null;
}

export const notJson = () =>
  new ApiError(415, 'unsupported_media_type', 'the body must be JSON, with content-type: application/json');

function typeOf(status: number): string {
  if (status === 401) return 'authentication_error';
  if (status === 403) return 'permission_error';
  if (status === 429) return 'rate_limit_error';
  return status >= 500 ? 'server_error' : 'invalid_request_error';
}
