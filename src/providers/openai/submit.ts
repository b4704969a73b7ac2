import type { Outcome } from '#net/outcome.ts';
import { post } from '#net/outcome.ts';
import type { Submission } from '#video/answer.ts';
import type { Request } from '#video/video.ts';
import type { Redact } from '../redact.ts';
import { retryAfterMs } from '../retry-after.ts';
import { type Connection, headersOf, parse, reasonOf, urlOf } from './client.ts';
import { type Encoding, encode, type InputFile } from './encode.ts';
import { classify } from './failure.ts';
import { isVideo, readError, readVideo } from './wire.ts';

/** The bytes of a reference file by its asset id; null = it does not exist. */
export type ReadInput = (assetId: string, signal: AbortSignal) => Promise<InputFile | null>;

/**
 * The paid request.
 * 1. Read the reference files; what goes wrong here has cost nothing.
 * 2. POST once, on a connection of its own, within the time that one answer may take.
 * 3. Say what became of it: see `judge`.
 */
export async function submit(
  connection: Connection,
  encoding: Encoding,
  readInput: ReadInput | null,
  request: Request,
  key: string,
  signal: AbortSignal,
): Promise<Submission> {
  const { redact } = connection;
  let url: string;
  const files: InputFile[] = [];
  try {
    url = urlOf(connection, '/videos');
    for (const id of request.inputs) {
      const file = await readInput?.(id, signal);
      if (!file)
        return { kind: 'rejected', code: 'invalid_request', message: `The input ${id} is not there.`, raw: null };
      files.push(file);
    }
  } catch (error) {
    return { kind: 'unsent', message: redact.text(`Nothing was sent: ${reasonOf(error)}.`) };
  }
  const { contentType, body } = encode(request, files, key, encoding);
  const headers = {
    ...headersOf(connection),
    accept: 'application/json',
    'content-type': contentType,
    'idempotency-key': key,
  };
  const within = AbortSignal.any([signal, AbortSignal.timeout(connection.timeoutMs)]);
  return judge(await post({ url, headers, body, signal: within }), redact);
}

/** Timeout, conflict, too early: the request may have been taken all the same. */
const ambiguous = new Set([408, 409, 425]);

/**
 * The outcome classes of docs/submission.md.
 * A: nothing was sent, or 429. B: a definite no (4xx). C: a readable id. D: everything else.
 */
export function judge(outcome: Outcome, redact: Redact): Submission {
  if (outcome.kind === 'unsent') {
    return { kind: 'unsent', message: redact.text(`Nothing was sent: ${reasonOf(outcome.error)}.`) };
  }
  if (outcome.kind === 'lost') {
    return { kind: 'unclear', message: redact.text(`The answer was lost: ${reasonOf(outcome.error)}.`) };
  }
  const { status, headers, body } = outcome;
  const json = parse(body);
  const raw = redact.json(json ?? null);
  const error = readError(json);
  const message = redact.text(`HTTP ${status}${error?.message ? `: ${error.message}` : ''}`);

  if (status === 429) {
    const header = (name: string) => [headers[name]].flat()[0];
    return { kind: 'limited', message, retryAfterMs: retryAfterMs(header, Date.now()) };
  }
  if (status >= 400 && status < 500 && !ambiguous.has(status)) {
    return { kind: 'rejected', code: classify(error, status), message, raw };
  }
  const video = readVideo(json);
  const accepted = status === 200 || status === 201 || status === 202;
  // A video object proves its job, whatever the status says: vLLM-Omni answers failed jobs with 5xx.
  if (video?.id && (accepted || isVideo(video))) {
    return { kind: 'accepted', operation: { id: video.id }, upstreamId: video.id, raw };
  }
  return { kind: 'unclear', message: accepted ? `${message}, and no id that can be read` : message };
}
