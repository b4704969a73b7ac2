import type { Outcome } from '#net/outcome.ts';
import type { Submission } from '#video/answer.ts';
import type { Json, JsonObject } from '#video/video.ts';
import { type ApiError, readError } from './api-error.ts';
import { classify } from './classify.ts';
import type { Redact } from './redact.ts';
import { parse, reasonOf } from './reply.ts';
import { retryAfterMs } from './retry-after.ts';

/** The job that an answer to a create proves; null = it proves none. */
export type ReadJob = (
  json: Json | undefined,
  accepted: boolean,
) => { operation: JsonObject; upstreamId: string } | null;

/** Timeout, conflict, too early: the request may have been taken all the same. */
const ambiguous = new Set([408, 409, 425]);

/**
 * The outcome classes of docs/submission.md, decided by what went over the wire and by nothing else.
 * A: nothing was sent, or 429. B: a definite no (4xx). C: a job that can be read. D: everything else.
 */
export function judge(
  outcome: Outcome,
  redact: Redact,
  readJob: ReadJob,
  reasonIn: (json: Json | undefined) => ApiError | null = readError,
): Submission {
  if (outcome.kind === 'unsent') {
    return { kind: 'unsent', message: redact.text(`Nothing was sent: ${reasonOf(outcome.error)}.`) };
  }
  if (outcome.kind === 'lost') {
    return { kind: 'unclear', message: redact.text(`The answer was lost: ${reasonOf(outcome.error)}.`) };
  }
  const { status, headers, body } = outcome;
  const json = parse(body);
  const raw = redact.json(json ?? null);
  const error = reasonIn(json);
  const message = redact.text(`HTTP ${status}${error?.message ? `: ${error.message}` : ''}`);

  if (status === 429) {
    const header = (name: string) => [headers[name]].flat()[0];
    return { kind: 'limited', message, retryAfterMs: retryAfterMs(header, Date.now()) };
  }
  if (status >= 400 && status < 500 && !ambiguous.has(status)) {
    return { kind: 'rejected', code: classify(error, status), message, raw };
  }
  const accepted = status === 200 || status === 201 || status === 202;
  const job = readJob(json, accepted);
  if (job) return { kind: 'accepted', ...job, raw };
  return { kind: 'unclear', message: accepted ? `${message}, and no id that can be read` : message };
}
