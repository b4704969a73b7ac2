import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { CharacterRefused } from '#engine/characters.ts';
import { Busy, CommandRefused, NoSuchVideo } from '#engine/commands.ts';
import { NotOffered } from '#video/choice.ts';
import { BudgetExceeded } from '#video/errors/budget-exceeded.ts';
import { ConfirmCost } from '#video/errors/confirm-cost.ts';
import { DownloadError } from '#video/errors/download-error.ts';
import { IdempotencyConflict } from '#video/errors/idempotency-conflict.ts';
import { QueueFull } from '#video/errors/queue-full.ts';
import { StoreAway } from '#video/errors/store-away.ts';
import { toUsd } from '#video/money.ts';
import type { Env } from './context.ts';

/** An answer that is no success, in the envelope of the OpenAI protocol. `param` = the field it is about. */
export class ApiError extends Error {
  override name = 'ApiError';
  readonly status: ContentfulStatusCode;
  readonly code: string | null;
  readonly param: string | null;
  readonly headers: Record<string, string>;
  /** Further fields of the error, for programs. */
  readonly more: Record<string, string | number>;
  constructor(
    status: ContentfulStatusCode,
    code: string | null,
    message: string,
    param: string | null = null,
    headers: Record<string, string> = {},
    more: Record<string, string | number> = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.param = param;
    this.headers = headers;
    this.more = more;
  }
}

export const badField = (param: string, message: string) => new ApiError(400, 'invalid_field', message, param);
/** Somebody else's video and one that does not exist look alike. */
export const noSuchVideo = () => new ApiError(404, 'not_found', 'there is no such video');

/** Every error that may leave a route, as an answer; what is not known here is a defect, and is not explained. */
export function answerError(error: Error, c: Context<Env>): Response {
  const known = knownError(error);
  if (storeAway(error)) c.var.log.warn({ err: error, request: c.var.requestId }, 'no answer from the database');
  if (!known) c.var.log.error({ err: error, request: c.var.requestId, path: c.req.path }, 'request failed');
  const { status, code, message, param, headers, more } =
    known ??
    new ApiError(500, 'internal_error', 'something went wrong on our side; the log has more under this request id');
  const envelope = { message, type: typeOf(status), param, code, ...more };
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
  const away = storeAway(error);
  if (away) {
    return new ApiError(503, 'unavailable', `${away.message}; come back in a moment`, null, { 'retry-after': '2' });
  }
  if (error instanceof IdempotencyConflict) return conflictOfKeys(error);
  if (error instanceof CharacterRefused) return characterRefused(error);
  if (error instanceof BudgetExceeded) return budgetExceeded(error);
  if (error instanceof ConfirmCost)
    return new ApiError(
      402,
      'confirm_cost',
      error.message,
      'max_cost_usd',
      {},
      { cost_usd: toUsd(error.costMicroUsd) },
    );
  if (error instanceof DownloadError && error.reason === 'not_media') return badField('file', error.message);
  if (error instanceof HTTPException) {
    if (error.status === 415) return notJson();
    return new ApiError(error.status as ContentfulStatusCode, null, error.message || 'the request is not understood');
  }
  return null;
}

/** Sign-in wraps it in an error of its own. */
function storeAway(error: Error): StoreAway | null {
  if (error instanceof StoreAway) return error;
  return error.cause instanceof StoreAway ? error.cause : null;
}

/** The OpenAI SDK repeats a 409 by itself; here that cannot help. */
const conflictOfKeys = ({ message }: IdempotencyConflict) =>
  new ApiError(409, 'idempotency_conflict', message, 'Idempotency-Key', { 'x-should-retry': 'false' });

function characterRefused({ kind, message }: CharacterRefused): ApiError {
  if (kind === 'rejected') return new ApiError(400, 'character_rejected', message);
  if (kind === 'unsent') return new ApiError(503, 'provider_unavailable', message, null, { 'retry-after': '30' });
  if (kind === 'pending') return new ApiError(409, 'in_progress', message, null, { 'retry-after': '5' });
  return new ApiError(502, 'character_unknown', message, null, { 'x-should-retry': 'false' });
}

/** Waiting for the next day helps, so it is a 429; an SDK that tries again at once has to be told not to. */
function budgetExceeded({ message, excess }: BudgetExceeded): ApiError {
  const { capMicroUsd, spentMicroUsd, wantedMicroUsd, resetsAt } = excess;
  const seconds = Math.max(1, Math.ceil((resetsAt.getTime() - Date.now()) / 1_000));
  const headers = { 'retry-after': String(seconds), 'x-should-retry': 'false' };
  return new ApiError(429, 'budget_exceeded', message, null, headers, {
    cap_usd: toUsd(capMicroUsd),
    spent_usd: toUsd(spentMicroUsd),
    cost_usd: toUsd(wantedMicroUsd),
    resets_at: resetsAt.toISOString(),
  });
}

export const notJson = () =>
  new ApiError(415, 'unsupported_media_type', 'the body must be JSON, with content-type: application/json');

function typeOf(status: number): string {
  if (status === 401) return 'authentication_error';
  if (status === 403) return 'permission_error';
  if (status === 429) return 'rate_limit_error';
  return status >= 500 ? 'server_error' : 'invalid_request_error';
}
