import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream as WebStream } from 'node:stream/web';
import { Busboy, type BusboyInstance } from '@fastify/busboy';
import { ApiError, badField } from './errors.ts';

export type UploadedPart = {
  field: string;
  /** As the client calls it. */
  fileName: string | null;
  stream: AsyncIterable<Uint8Array>;
};

const limits = { fieldNameSize: 200, fieldSize: 1_000_000, fields: 200, files: 10, parts: 200, headerPairs: 20 };

/**
 * Reads a multipart body as it comes: fields in order, and each file by `take`, which must read it to its end (or throw)
 * before the next part begins. No file is ever in memory as a whole; everything else together has at most `fieldBytes`.
 */
export async function readMultipart<T>(
  request: Request,
  take: (part: UploadedPart) => Promise<T>,
  fieldBytes: number = limits.fieldSize,
): Promise<{ fields: [name: string, value: string][]; files: { field: string; taken: T }[] }> {
  const contentType = request.headers.get('content-type') ?? '';
  if (!/^multipart\/form-data\b/i.test(contentType)) {
    throw new ApiError(415, 'unsupported_media_type', 'the body must be multipart/form-data');
  }
  const fields: [string, string][] = [];
  const takings: Promise<{ field: string; taken: T }>[] = [];
  const streams: Readable[] = [];
  const over = new AbortController();
  const fail = (error: unknown) => over.abort(error);
  const parser = createParser(contentType, fieldBytes);
  const tooMany = () =>
    fail(badField('body', `the form has more than ${limits.fields} parts, or ${limits.files} files`));
  parser.on('partsLimit', tooMany).on('filesLimit', tooMany).on('fieldsLimit', tooMany);
  let heldBytes = 0;
  parser.on('field', (name, value, nameCut, valueCut) => {
    heldBytes += value.length;
    if (nameCut || valueCut || heldBytes > fieldBytes) {
      fail(new ApiError(413, 'body_too_large', `what is no file may have at most ${fieldBytes} bytes`, name));
    }
    fields.push([name, value]);
  });
  parser.on('file', (field, stream, fileName) => {
    const part = { field, fileName: fileName || null, stream: contentOf(stream) };
    const taking = take(part).then((taken) => ({ field, taken }));
    taking.catch(fail);
    // A file that is given up before its end must not end the process.
    stream.on('error', () => undefined);
    streams.push(stream);
    takings.push(taking);
  });
  try {
    const body = request.body ? Readable.fromWeb(request.body as WebStream<Uint8Array>) : Readable.from([]);
    await pipeline(body, parser, { signal: over.signal });
  } catch (error) {
    // Nobody ends them any more: whoever reads one would wait for ever.
    for (const stream of streams) stream.destroy(error as Error);
    await Promise.allSettled(takings);
    throw over.signal.aborted ? over.signal.reason : broken(error);
  }
  return { fields, files: await Promise.all(takings) };
}

async function* contentOf(stream: Readable): AsyncGenerator<Uint8Array> {
  try {
    yield* stream;
  } catch (error) {
    throw broken(error);
  }
}

function createParser(contentType: string, fieldSize: number): BusboyInstance {
  try {
    return new Busboy({ headers: { 'content-type': contentType }, limits: { ...limits, fieldSize } });
  } catch (error) {
    throw broken(error);
  }
}

const broken = (error: unknown) =>
  error instanceof ApiError
    ? error
    : new ApiError(400, 'broken_multipart', `the form cannot be read: ${(error as Error).message}`, 'body');
