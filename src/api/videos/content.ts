import { createRoute } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { z } from 'zod';
import type { Api, Env } from '#api/context.ts';
import { ApiError, noSuchVideo } from '#api/errors.ts';
import { conflict, createRoutes, idParams, problems, videoId } from '#api/route.ts';
import type { VideoDetails } from '#engine/system.ts';
import type { Asset, AssetKind } from '#video/video.ts';
import { isTerminal } from '#video/video.ts';
import { parseRange } from './range.ts';
import { find } from './videos.ts';

const kinds = { video: 'clip', thumbnail: 'thumbnail', spritesheet: 'spritesheet' } satisfies Record<string, AssetKind>;

const querySchema = z.strictObject({
  variant: z.enum(['video', 'thumbnail', 'spritesheet']).optional(),
  /** `1` = save as a file instead of showing it. */
  download: z.enum(['0', '1']).optional(),
  /** Of a signed link. */
  token: z.string().max(200).optional(),
});

const read = createRoute({
  method: 'get',
  path: '/videos/{id}/content',
  summary: 'The clip, its thumbnail or its spritesheet; Range and HEAD work',
  request: { params: idParams, query: querySchema },
  responses: {
    200: { description: 'The whole file.' },
    206: { description: 'The part that Range asks for.' },
    304: { description: 'It is still what the ETag says.' },
    416: { description: 'The file has no such range.' },
    ...problems,
    ...conflict,
  },
});

export function contentRoutes(api: Api) {
  const routes = createRoutes();

  routes.openapi(read, async (c): Promise<Response> => {
    const { variant = 'video', download } = c.req.valid('query');
    const details = await opened(api, c, c.req.valid('param').id);
    const asset = assetOf(details, variant);
    const headers = headersOf(details, asset, download === '1', c.var.linkedVideo !== undefined);
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

    const body = await api.system.media.open(asset.key, range === 'all' ? undefined : range);
    if (!body) {
      c.var.log.error({ video: details.video.id, asset: asset.id }, 'a stored file is missing');
      throw new ApiError(404, 'file_missing', 'the stored file is not there any more');
    }
    return new Response(body, { status, headers });
  });

  return routes;
}

async function opened(api: Api, c: Context<Env>, id: string): Promise<VideoDetails> {
  if (!c.var.linkedVideo) return find(api, c, id);
  const details = await api.system.store.get(videoId(id), null);
  if (!details || details.video.hiddenAt) throw noSuchVideo();
  return details;
}

function assetOf({ video, assets }: VideoDetails, variant: keyof typeof kinds): Asset {
  const clip = assets.find((asset) => asset.id === video.clipAssetId);
  if (video.state !== 'completed' || !clip) {
    if (isTerminal(video.state)) throw new ApiError(404, 'no_clip', `this video is ${video.state}; there is no clip`);
    throw new ApiError(409, 'not_ready', 'the clip is not ready yet', null, { 'retry-after': '5' });
  }
  const asset =
    variant === 'video' ? clip : assets.find((one) => one.kind === kinds[variant] && one.attemptId === clip.attemptId);
  if (!asset) throw new ApiError(404, 'variant_not_available', `there is no ${variant} of this clip`, 'variant');
  return asset;
}

/** The file came from a stranger: it is shown as what we found it to be, and can run nothing. */
function headersOf(details: VideoDetails, asset: Asset, download: boolean, linked: boolean): Record<string, string> {
  return {
    'content-type': asset.contentType,
    'accept-ranges': 'bytes',
    etag: `"${asset.sha256}"`,
    'cache-control': 'private, max-age=3600',
    'content-disposition': `${download ? 'attachment' : 'inline'}; filename="${fileName(details, asset)}"`,
    'x-content-type-options': 'nosniff',
    'content-security-policy': "sandbox; default-src 'none'; media-src 'self'; style-src 'unsafe-inline'",
    // A signed link is made for players in other sites.
    'cross-origin-resource-policy': linked ? 'cross-origin' : 'same-origin',
  };
}

function fileName({ video }: VideoDetails, asset: Asset): string {
  const words = video.prompt
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 40);
  const kind = asset.kind === 'clip' ? '' : `-${asset.kind}`;
  const extension = asset.contentType.split('/')[1]?.replace('jpeg', 'jpg').replace('quicktime', 'mov') ?? 'bin';
  return `${words || 'take'}-${video.takeNo}${kind}.${extension}`;
}

const matches = (ifNoneMatch: string | undefined, etag: string): boolean =>
  ifNoneMatch === '*' ||
  (ifNoneMatch ?? '')
    .split(',')
    .map((one) => one.trim().replace(/^W\//, ''))
    .includes(etag);
