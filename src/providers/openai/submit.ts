import type { StartCall } from '#engine/system.ts';
import { post } from '#net/outcome.ts';
import { judge } from '#providers/answers/judge.ts';
import { reasonOf } from '#providers/answers/reply.ts';
import type { Submission } from '#video/answer.ts';
import type { Json, Request } from '#video/video.ts';
import { type Connection, headersOf, pathOf, urlOf } from './client.ts';
import { type Encoded, type Encoding, encode, encodeCharacter, type InputFile, type LargeFile } from './encode.ts';
import { isVideo, readVideo } from './wire.ts';

/** The bytes of a reference file by its asset id; null = it does not exist. */
export type ReadInput = (assetId: string, signal: AbortSignal) => Promise<InputFile | LargeFile | null>;

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
  call: StartCall,
): Promise<Submission> {
  return send(connection, readInput, { path: pathFor(request.from), inputs: request.inputs, call }, (files) =>
    encode(request, files, call.key, encoding),
  );
}

/** Shows the server somebody in a video. It answers at once, and not with a job. */
export const createCharacter = (
  connection: Connection,
  readInput: ReadInput | null,
  name: string,
  inputId: string,
  call: StartCall,
): Promise<Submission> =>
  send(connection, readInput, { path: '/videos/characters', inputs: [inputId], call }, ([video]) =>
    encodeCharacter(name, video as InputFile | LargeFile, call.key),
  );

function pathFor(from: Request['from']): string {
  switch (from?.operation) {
    case undefined:
      return '/videos';
    case 'remix':
      return `${pathOf(from?.upstreamId ?? '')}/remix`;
    case 'edit':
      return '/videos/edits';
    case 'extend':
      return '/videos/extensions';
  }
}

/** A large file may take longer than an answer: 1 MB per second. The lease is renewed meanwhile. */
const slowestBytesPerMs = 1_000;

async function send(
  connection: Connection,
  readInput: ReadInput | null,
  { path, inputs, call: { key, signal, mayStillSend } }: { path: string; inputs: string[]; call: StartCall },
  encoded: (files: (InputFile | LargeFile)[]) => Encoded,
): Promise<Submission> {
  const { redact } = connection;
  let url: string;
  const files: (InputFile | LargeFile)[] = [];
  try {
    url = urlOf(connection, path);
    for (const id of inputs) {
      const file = await readInput?.(id, signal);
      if (!file)
        return { kind: 'rejected', code: 'invalid_request', message: `The input ${id} is not there.`, raw: null };
      files.push(file);
    }
  } catch (error) {
    return { kind: 'unsent', message: redact.text(`Nothing was sent: ${reasonOf(error)}.`) };
  }
  const { contentType, body } = encoded(files);
  const uploadMs = body instanceof Blob ? body.size / slowestBytesPerMs : 0;
  const headers = {
    ...headersOf(connection),
    accept: 'application/json',
    'content-type': contentType,
    'idempotency-key': key,
  };
  const within = AbortSignal.any([signal, AbortSignal.timeout(Math.ceil(connection.timeoutMs + uploadMs))]);
  return judge(await post({ url, headers, body, signal: within, mayStillSend }), redact, jobIn);
}

/** A video object proves its job, whatever the status says: vLLM-Omni answers failed jobs with 5xx. */
export function jobIn(json: Json | undefined, accepted: boolean) {
  const video = readVideo(json);
  if (!video?.id || !(accepted || isVideo(video))) return null;
  return { operation: { id: video.id }, upstreamId: video.id };
}
