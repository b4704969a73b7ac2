import { createHash } from 'node:crypto';
import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import type { Media, StoredFile } from '#engine/system.ts';
import { DownloadError } from '#video/errors/download-error.ts';
import { checkKey } from './key.ts';
import { drawPoster } from './poster.ts';
import { probe } from './probe.ts';
import type { RandomAccess } from './random-access.ts';
import { type LinkOptions, linkOrigin, signedLink } from './s3-link.ts';
import { type Notes, upload } from './s3-upload.ts';

export type S3Options = {
  bucket: string;
  region: string;
  /** Null = AWS's own. */
  endpoint: string | null;
  /** As a browser reaches it, where that is another address. */
  publicEndpoint: string | null;
  /** Null = what the machine is allowed to (a role). */
  credentials: { accessKeyId: string; secretAccessKey: string } | null;
  forcePathStyle: boolean;
  /** Before every key; empty, or ending in a slash. */
  prefix: string;
  maxBytes?: number;
};

const defaultMaxBytes = 4 * 1024 ** 3;
/** How far copies have come lies beside the files, under names that no key has. */
const notesDirectory = '.copies/';
/** A copy that nobody went on with for so long is given up. */
const staleMs = 7 * 86_400_000;

/** Files in a bucket of any S3-compatible store, under the names that their keys spell. */
export function createS3Media(options: S3Options): Media & {
  /** Ends copies that nobody goes on with. Answers how many. */
  sweep(now?: Date): Promise<number>;
} {
  const { bucket, region, endpoint, forcePathStyle, prefix, maxBytes = defaultMaxBytes } = options;
  const client = new S3Client({
    region,
    forcePathStyle,
    ...(endpoint && { endpoint }),
    ...(options.credentials && { credentials: options.credentials }),
    // Checksums that only AWS understands: other stores refuse them, or store their framing.
    ...(endpoint && { requestChecksumCalculation: 'WHEN_REQUIRED', responseChecksumValidation: 'WHEN_REQUIRED' }),
  });

  function nameOf(key: string): string {
    checkKey(key);
    return prefix + key;
  }

  async function get(name: string, range?: { start: number; end: number }) {
    const Range = range && `bytes=${range.start}-${range.end}`;
    return client.send(new GetObjectCommand({ Bucket: bucket, Key: name, Range })).catch(ignoreMissing);
  }

  async function access(name: string): Promise<RandomAccess> {
    const { ContentLength = 0 } = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: name }));
    return {
      bytes: ContentLength,
      async read(start, end) {
        if (end <= start) return new Uint8Array();
        const part = await get(name, { start, end: end - 1 }).catch((error) => Promise.reject(asDownloadError(error)));
        return (await part?.Body?.transformToByteArray()) ?? new Uint8Array();
      },
    };
  }

  function notesOf(key: string): Notes {
    const at = { Bucket: bucket, Key: `${prefix}${notesDirectory}${createHash('sha256').update(key).digest('hex')}` };
    return {
      read: async () => JSON.parse((await (await get(at.Key))?.Body?.transformToString()) ?? 'null'),
      write: async (note) => {
        await client.send(new PutObjectCommand({ ...at, Body: JSON.stringify(note), ContentType: 'application/json' }));
      },
      remove: async () => {
        await client.send(new DeleteObjectCommand(at));
      },
    };
  }

  async function remove(name: string): Promise<void> {
    await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: name }));
  }

  const put: Media['put'] = async (key, kind, download, signal): Promise<StoredFile> => {
    const name = nameOf(key);
    try {
      const sent = await upload({ client, name: bucket }, name, download, { maxBytes, signal, notes: notesOf(key) });
      const file = await access(name);
      if (file.bytes !== sent.bytes)
        throw new DownloadError('transient', `${file.bytes} of ${sent.bytes} bytes arrived`);
      const found = await probe(file, kind).catch(async (error) => {
        await remove(name);
        throw error;
      });
      return { key, ...sent, ...found };
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      throw asDownloadError(error);
    }
  };

  async function* listed(): AsyncGenerator<{ name: string; at: Date }> {
    for (let ContinuationToken: string | undefined; ; ) {
      const page = await client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken }));
      for (const { Key = '', LastModified = new Date() } of page.Contents ?? []) yield { name: Key, at: LastModified };
      if (!page.IsTruncated) return;
      ContinuationToken = page.NextContinuationToken;
    }
  }

  return {
    put,
    async open(key, range) {
      const found = await get(nameOf(key), range);
      return (found?.Body?.transformToWebStream() as ReadableStream<Uint8Array> | undefined) ?? null;
    },
    delete: async (key) => remove(nameOf(key)),
    link: async (key, { fileName, contentType, download, forMs }) =>
      signedLink(client.config, linkPlace(options), nameOf(key), {
        query: {
          'response-cache-control': 'private, max-age=3600',
          'response-content-disposition': `${download ? 'attachment' : 'inline'}; filename="${fileName}"`,
          'response-content-type': contentType,
        },
        seconds: Math.floor(forMs / 1_000),
        at: new Date(),
      }),
    async *keysBefore(time) {
      for await (const { name, at } of listed()) {
        if (at < time && !name.startsWith(prefix + notesDirectory)) yield name.slice(prefix.length);
      }
    },
    async poster(key) {
      return drawPoster(await access(nameOf(key)));
    },
    async check() {
      await client.send(new HeadBucketCommand({ Bucket: bucket }));
    },
    async sweep(now = new Date()) {
      let ended = 0;
      const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: prefix }));
      for (const { Key, UploadId, Initiated = now } of Uploads) {
        if (now.getTime() - Initiated.getTime() < staleMs) continue;
        await client.send(new AbortMultipartUploadCommand({ Bucket: bucket, Key, UploadId })).catch(ignoreMissing);
        ended++;
      }
      for await (const { name, at } of listed()) {
        if (name.startsWith(prefix + notesDirectory) && now.getTime() - at.getTime() >= staleMs) await remove(name);
      }
      return ended;
    },
  };
}

const linkPlace = ({ publicEndpoint, endpoint, region, bucket, forcePathStyle }: S3Options): LinkOptions => ({
  endpoint: publicEndpoint ?? endpoint,
  region,
  bucket,
  pathStyle: forcePathStyle,
});

/** The origin from which a browser plays what lies in this bucket. */
export const publicOriginOf = (options: S3Options): string => linkOrigin(linkPlace(options));

function ignoreMissing(error: unknown): undefined {
  if (!(error instanceof S3ServiceException) || !/^(NoSuch(Key|Upload)|NotFound)$/.test(error.name)) throw error;
}

/** It refused, did not answer, or could not be reached; what the stream itself threw is none of these. */
const isOfStore = (error: unknown): boolean =>
  error instanceof S3ServiceException ||
  (error instanceof Error &&
    (error.name === 'TimeoutError' ||
      ('code' in error && typeof error.code === 'string' && /^E[A-Z]+$/.test(error.code))));

/** What the store said, by its name alone: a message may hold an address or a key's id. */
function asDownloadError(error: unknown): unknown {
  if (error instanceof DownloadError || !isOfStore(error)) return error;
  const status = error instanceof S3ServiceException ? ` (HTTP ${error.$metadata.httpStatusCode ?? '?'})` : '';
  const name = error instanceof Error ? error.name : 'no answer';
  const message = `The store of clips could not take it: ${name}${status}.`;
  return new DownloadError('transient', message, null, { cause: error });
}
