import { Readable } from 'node:stream';
import type { Download } from '#engine/system.ts';
import { UnsafeUrl } from '#net/safe-fetch.ts';
import { DownloadError } from '#video/errors/download-error.ts';
import { makeId } from '#video/id.ts';
import { kindBySignature, referenceLimits, signatureBytes } from '#video/signature.ts';
import type { Asset } from '#video/video.ts';
import type { Api } from './context.ts';
import { ApiError } from './errors.ts';

/** Where a reference file comes from: an upload as it streams by, a URL (https: or data:), or one that is stored. */
export type ReferenceSource =
  | { stream: AsyncIterable<Uint8Array>; name: string | null }
  | { url: string }
  | { fileId: string };

export type ReferenceOptions = {
  /** The field that an error is about. */
  param: string;
  /** Images alone by default. */
  accept?: readonly ('image' | 'video')[];
  /** What its owner says that it is for. */
  purpose?: string | null;
  signal: AbortSignal;
};

/** For everything that a URL leads to, from the first look-up to the last byte. */
const fetchMs = 120_000;

/**
 * Makes a reference file of the owner's out of what a client gave, by stream and never whole in memory.
 * 1. A stored one is looked up, and must be the owner's; a URL is fetched, safely (see net/safe-fetch.ts).
 * 2. Its first bytes say what it is; more bytes than such a file may have end it at once.
 * 3. Stored and checked by its content. Throws an `ApiError` that names the field and the rule.
 */
export async function takeReference(
  api: Api,
  ownerId: string,
  source: ReferenceSource,
  options: ReferenceOptions,
): Promise<Asset> {
  if ('fileId' in source) return storedReference(api, ownerId, source.fileId, options);
  const asset = await putReference(api, source, options);
  const name = 'name' in source ? source.name : null;
  await addReference(api, ownerId, asset, { name, purpose: options.purpose ?? null });
  return asset;
}

/** The first half: its bytes, which are nobody's yet. */
export async function putReference(
  api: Api,
  source: Exclude<ReferenceSource, { fileId: string }>,
  { param, accept = ['image'], signal: asked }: ReferenceOptions,
): Promise<Asset> {
  const { media, clock, random } = api.system;
  const id = makeId('asset', clock.now(), random(10));
  const signal = 'url' in source ? AbortSignal.any([asked, AbortSignal.timeout(fetchMs)]) : asked;
  try {
    const { stream, bytes } = 'url' in source ? await openUrl(api, source.url, signal) : { ...source, bytes: null };
    const download = { stream: withinLimits(stream, accept), contentType: null, bytes };
    const stored = await media.put(`references/${id}`, 'reference', download, signal);
    return { ...stored, id, videoId: null, attemptId: null, kind: 'reference' };
  } catch (error) {
    throw refusal(error, param, asked);
  }
}

/** The second half: they become the owner's. */
export const addReference = (
  api: Api,
  ownerId: string,
  asset: Asset,
  { name, purpose }: { name: string | null; purpose: string | null },
): Promise<void> => api.system.store.addReference(asset, ownerId, { name: cleanName(name), purpose });

/** What stands in `inputs`: ids of stored images, and URLs of images, which are stored first. Answers the ids. */
export async function takeInputs(api: Api, ownerId: string, inputs: string[], signal: AbortSignal): Promise<string[]> {
  const ids: string[] = [];
  for (const input of inputs) {
    const source = /^[a-z]+:/i.test(input) ? { url: input } : { fileId: input };
    ids.push((await takeReference(api, ownerId, source, { param: 'inputs', signal })).id);
  }
  return ids;
}

async function storedReference(
  api: Api,
  ownerId: string,
  id: string,
  { accept = ['image'], param }: ReferenceOptions,
): Promise<Asset> {
  const found = await api.system.store.asset(id, ownerId);
  const kind = found?.contentType.startsWith('video/') ? 'video' : 'image';
  if (found?.kind !== 'reference' || !accept.includes(kind)) {
    throw invalid(param, `${JSON.stringify(id.slice(0, 100))} is not an uploaded ${accept.join(' or ')}`);
  }
  return found;
}

type Opened = Pick<Download, 'stream' | 'bytes'>;

async function openUrl(api: Api, url: string, signal: AbortSignal): Promise<Opened> {
  if (/^data:/i.test(url)) return fromData(url);
  if (/^https?:\/\//i.test(url) && URL.canParse(url)) return fromWeb(api, url, signal);
  throw new DownloadError('refused', 'it must be an https: or data: URL');
}

function fromData(url: string): Opened {
  const match = /^data:[^,]{0,200};base64,/i.exec(url);
  const text = url.slice(match?.[0].length ?? 0);
  if (!match || !/^[A-Za-z0-9+/_-]*={0,2}\s*$/.test(text))
    throw new DownloadError('refused', 'a data: URL must be in base64');
  const content = Buffer.from(text, 'base64');
  return { stream: Readable.from([content]), bytes: content.length };
}

async function fromWeb(api: Api, url: string, signal: AbortSignal): Promise<Opened> {
  const response = await api.fetchUntrusted(url, {
    signal,
    headers: { accept: 'image/*, video/*', 'accept-encoding': 'identity' },
  });
  if (!response.ok || !response.body) {
    await response.body?.cancel();
    throw new DownloadError('refused', `its server answered ${response.status}`);
  }
  const length = response.headers.get('content-length');
  const bytes = length !== null && !response.headers.has('content-encoding') ? Number(length) : null;
  if (bytes !== null && bytes > referenceLimits.videoBytes) {
    await response.body.cancel();
    throw tooLarge('video', referenceLimits.videoBytes);
  }
  return { stream: response.body, bytes };
}

/** Passes on at most what a file of its kind may have; the kind is what its first bytes say. */
async function* withinLimits(
  stream: AsyncIterable<Uint8Array>,
  accept: readonly ('image' | 'video')[],
): AsyncGenerator<Uint8Array> {
  let start = Buffer.alloc(0);
  let limit: { kind: 'image' | 'video'; bytes: number } | null = null;
  let bytes = 0;
  for await (const chunk of stream) {
    bytes += chunk.byteLength;
    if (!limit) {
      start = Buffer.concat([start, chunk]);
      if (start.length < signatureBytes) continue;
      limit = limitOf(start, accept);
    }
    if (bytes > limit.bytes) throw tooLarge(limit.kind, limit.bytes);
    yield start.length > 0 ? start : chunk;
    start = Buffer.alloc(0);
  }
  if (bytes === 0) throw new DownloadError('not_media', 'it is empty');
  if (!limit) limitOf(start, accept);
}

function limitOf(start: Uint8Array, accept: readonly ('image' | 'video')[]) {
  const kind = kindBySignature(start);
  if (!kind || !accept.includes(kind)) throw new DownloadError('not_media', `it is no ${wanted(accept)}`);
  return { kind, bytes: kind === 'image' ? referenceLimits.imageBytes : referenceLimits.videoBytes };
}

const names = { image: 'JPEG, PNG or WebP image', video: 'MP4, QuickTime or WebM video' } as const;
const wanted = (accept: readonly ('image' | 'video')[]) => accept.map((kind) => names[kind]).join(', and no ');

const tooLarge = (kind: 'image' | 'video', bytes: number) =>
  new ApiError(413, 'file_too_large', `${kind === 'image' ? 'an image' : 'a video'} may have at most ${bytes} bytes`);

const invalid = (param: string, rule: string) => new ApiError(400, 'invalid_reference', `${param}: ${rule}`, param);

/** In the field's own words, and without the URL: it may be signed. */
function refusal(error: unknown, param: string, asked: AbortSignal): unknown {
  if (asked.aborted) return error;
  if (error instanceof ApiError)
    return new ApiError(error.status, error.code, `${param}: ${error.message}`, param, error.headers);
  if (error instanceof UnsafeUrl) return invalid(param, `this address is not fetched: ${error.message}`);
  if (error instanceof DownloadError) {
    if (error.reason === 'not_media' || error.reason === 'refused') return invalid(param, error.message);
    if (error.cause) return new ApiError(503, 'storage_unavailable', error.message, null, { 'retry-after': '60' });
    return invalid(param, error.message);
  }
  if (error instanceof Error && error.name === 'TimeoutError')
    return invalid(param, `it did not come within ${fetchMs / 1_000} s`);
  // Fetch says no more than this, and what lies below may name the address.
  if (error instanceof TypeError) return invalid(param, 'it could not be fetched');
  return error;
}

/** What a file is called is its owner's word, and is only ever shown. */
const cleanName = (name: string | null): string | null =>
  name
    ?.replace(/[\p{Cc}\p{Cs}]/gu, '')
    .slice(0, 255)
    .trim() || null;
