import type { Context } from 'hono';
import type { Media } from '#engine/system.ts';
import type { Asset } from '#video/video.ts';
import type { Api, Env } from './context.ts';
import { ApiError } from './errors.ts';
import { parseRange } from './videos/range.ts';

export type FileAnswer = {
  /** Without the extension, which the content decides. */
  name: string;
  /** Saved as a file instead of shown. */
  download?: boolean;
  /** Made for players in other sites. */
  crossOrigin?: boolean;
  /** By us in any case, even where the store could be asked directly. */
  through?: boolean;
};

/** Longer than anybody plays; a player that is told 403 in the end comes back here. */
const linkMs = 3_600_000;

/** A stored file as an answer: Range, If-Range, ETag and HEAD; by a redirect where the store itself can be asked. */
export async function answerFile(
  { system: { media } }: Api,
  c: Context<Env>,
  asset: Asset,
  answer: FileAnswer,
): Promise<Response> {
  const headers = headersOf(asset, answer);
  const etag = headers.etag ?? '';
  if (matches(c.req.header('if-none-match'), etag)) return new Response(null, { status: 304, headers });

  const ifRange = c.req.header('if-range');
  const range = ifRange && ifRange !== etag ? 'all' : parseRange(c.req.header('range'), asset.bytes);
  if (range === 'unsatisfiable') {
    return new Response(null, { status: 416, headers: { ...headers, 'content-range': `bytes */${asset.bytes}` } });
  }
  const part = range === 'all' ? { start: 0, end: asset.bytes - 1 } : range;
  headers['content-length'] = String(part.end - part.start + 1);
  if (range !== 'all') headers['content-range'] = `bytes ${part.start}-${part.end}/${asset.bytes}`;
  const status = range === 'all' ? 200 : 206;
  if (c.req.method === 'HEAD') return new Response(null, { status, headers });

  const link = answer.through ? null : await linkTo(media, asset, answer);
  if (link) return new Response(null, { status: 302, headers: { location: link, 'cache-control': 'no-store' } });

  const body = await media.open(asset.key, range === 'all' ? undefined : range);
  if (!body) {
    c.var.log.error({ video: asset.videoId, asset: asset.id }, 'a stored file is missing');
    throw new ApiError(404, 'file_missing', 'the stored file is not there any more');
  }
  return new Response(body, { status, headers });
}

const linkTo = async (media: Media, { key, contentType }: Asset, { name, download = false }: FileAnswer) =>
  media.link?.(key, { fileName: `${name}.${extensionOf(contentType)}`, contentType, download, forMs: linkMs });

/** The file came from a stranger: it is shown as what we found it to be, and can run nothing. */
function headersOf(asset: Asset, { name, download, crossOrigin }: FileAnswer): Record<string, string> {
  const fileName = `${name}.${extensionOf(asset.contentType)}`;
  return {
    'content-type': asset.contentType,
    'accept-ranges': 'bytes',
    etag: `"${asset.sha256}"`,
    'cache-control': 'private, max-age=3600',
    'content-disposition': `${download ? 'attachment' : 'inline'}; filename="${fileName}"`,
    'x-content-type-options': 'nosniff',
    'content-security-policy': "sandbox; default-src 'none'; media-src 'self'; style-src 'unsafe-inline'",
    'cross-origin-resource-policy': crossOrigin ? 'cross-origin' : 'same-origin',
  };
}

/** `mp4` for `video/mp4`. */
export const extensionOf = (contentType: string): string =>
  contentType.split('/')[1]?.replace('jpeg', 'jpg').replace('quicktime', 'mov') ?? 'bin';

const matches = (ifNoneMatch: string | undefined, etag: string): boolean =>
  ifNoneMatch === '*' ||
  (ifNoneMatch ?? '')
    .split(',')
    .map((one) => one.trim().replace(/^W\//, ''))
    .includes(etag);
