import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  type S3Client,
  S3ServiceException,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { createSHA256 } from 'hash-wasm';
import { z } from 'zod';
import type { Download } from '#engine/system.ts';
import { DownloadError } from '#video/errors/download-error.ts';
import { begin, continued } from './continued.ts';
import { untilAborted } from './receive.ts';

/** One part fills while another one is on its way: twice this is in memory. */
const partBytes = 8 * 1024 ** 2;
/** How much of a copy a crash may cost. */
const notedEvery = 8;

export type Bucket = { client: S3Client; name: string };

/** How far a copy has come: all that another process needs to go on with it. The hash is of the parts that are there. */
const noteSchema = z.object({
  uploadId: z.string(),
  etag: z.string(),
  parts: z.array(z.string()),
  bytes: z.int(),
  hash: z.base64(),
});
type Note = z.infer<typeof noteSchema>;

/** Where the note of a copy is kept. */
export type Notes = { read(): Promise<unknown>; write(note: object): Promise<void>; remove(): Promise<void> };

/**
 * Streams into an object with constant memory, hashing on the way.
 * 1. Goes on with a copy of the same version that broke off, where its rest is given; else begins anew.
 * 2. Sends a part at a time while the next one is read. A small file is one object without parts.
 * 3. Completes only a file of the right length: until then there is no object. A break leaves a note, or nothing.
 */
export async function upload(
  { client, name }: Bucket,
  key: string,
  download: Download,
  { maxBytes, signal, notes }: { maxBytes: number; signal: AbortSignal; notes: Notes },
): Promise<{ bytes: number; sha256: string }> {
  const at = { Bucket: name, Key: key };
  const canContinue = Boolean(download.etag && download.rest);
  const hash = await createSHA256();
  let note = await takeUp();
  const begun = await begin(download, note?.bytes ?? 0);
  if (note && begun.from > 0) hash.load(Buffer.from(note.hash, 'base64'));
  else if (note) {
    await discard(note);
    note = null;
  }
  let bytes = begun.from;
  let sending: Promise<void> = Promise.resolve();

  /** A copy that broke off, if it can be gone on with. */
  async function takeUp(): Promise<Note | null> {
    const old = noteSchema.safeParse(canContinue ? await notes.read() : null).data;
    if (!old) return null;
    if (old.etag === download.etag) return old;
    await discard(old);
    return null;
  }

  async function discard({ uploadId }: Note): Promise<void> {
    await client.send(new AbortMultipartUploadCommand({ ...at, UploadId: uploadId })).catch(ignoreMissing);
    if (canContinue) await notes.remove();
  }

  async function sendPart(body: Uint8Array, state: string): Promise<void> {
    if (!note) {
      const { UploadId = '' } = await client.send(new CreateMultipartUploadCommand(at), { abortSignal: signal });
      note = { uploadId: UploadId, etag: download.etag ?? '', parts: [], bytes: 0, hash: '' };
    }
    const part = { UploadId: note.uploadId, PartNumber: note.parts.length + 1, Body: body };
    const { ETag = '' } = await client.send(new UploadPartCommand({ ...at, ...part }), { abortSignal: signal });
    note = { ...note, parts: [...note.parts, ETag], bytes: note.bytes + body.byteLength, hash: state };
    if (canContinue && note.parts.length % notedEvery === 0) await notes.write(note);
  }

  async function complete({ uploadId, parts }: Note): Promise<void> {
    const Parts = parts.map((ETag, i) => ({ ETag, PartNumber: i + 1 }));
    const whole = { ...at, UploadId: uploadId, MultipartUpload: { Parts } };
    await client.send(new CompleteMultipartUploadCommand(whole), { abortSignal: signal });
    if (canContinue) await notes.remove();
  }

  try {
    let small: Uint8Array | null = null;
    for await (const { part, isLast } of inParts(untilAborted(continued(download, begun), signal))) {
      bytes += part.byteLength;
      if (bytes > maxBytes) throw new DownloadError('refused', `the file is larger than ${maxBytes} bytes`);
      hash.update(part);
      await sending;
      if (isLast && !note) small = part;
      else if (part.byteLength > 0) {
        sending = sendPart(part, Buffer.from(hash.save()).toString('base64'));
        // Awaited before the next one: a failure meanwhile must not end the process.
        sending.catch(() => undefined);
      }
    }
    await sending;
    if (bytes === 0) throw new DownloadError('transient', 'the file is empty');
    if (download.bytes !== null && bytes !== download.bytes) {
      throw new DownloadError('transient', `the file has ${bytes} of ${download.bytes} bytes`);
    }
    if (small) await client.send(new PutObjectCommand({ ...at, Body: small }), { abortSignal: signal });
    else if (note) await complete(note);
    return { bytes, sha256: hash.digest() };
  } catch (error) {
    await sending.catch(() => undefined);
    const final = error instanceof DownloadError ? error.reason !== 'transient' : isMissing(error);
    if (note && canContinue && !final) await notes.write(note);
    else if (note) await discard(note);
    throw error;
  }
}

/**
 * The stream cut into parts; the last one, which may be empty where there were others, is shorter. Two buffers take turns:
 * a part is good until the next but one is asked for.
 */
async function* inParts(stream: AsyncIterable<Uint8Array>): AsyncGenerator<{ part: Uint8Array; isLast: boolean }> {
  let part = Buffer.allocUnsafe(partBytes);
  let other: Buffer<ArrayBuffer> | null = null;
  let filled = 0;
  for await (const chunk of stream) {
    for (let from = 0; from < chunk.byteLength; ) {
      const piece = chunk.subarray(from, from + partBytes - filled);
      part.set(piece, filled);
      filled += piece.byteLength;
      from += piece.byteLength;
      if (filled < partBytes) continue;
      yield { part, isLast: false };
      [part, other] = [other ?? Buffer.allocUnsafe(partBytes), part];
      filled = 0;
    }
  }
  yield { part: part.subarray(0, filled), isLast: true };
}

/** The store has given up the copy, or never had it. */
const isMissing = (error: unknown): boolean =>
  error instanceof S3ServiceException && /^(NoSuch|NotFound)/.test(error.name);

/** What is not there needs no end. */
function ignoreMissing(error: unknown): undefined {
  if (!isMissing(error)) throw error;
}
