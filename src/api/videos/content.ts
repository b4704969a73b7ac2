import { createRoute } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { z } from 'zod';
import type { Api, Env } from '#api/context.ts';
import { ApiError, noSuchVideo } from '#api/errors.ts';
import { conflict, createRoutes, idParams, problems, videoId } from '#api/route.ts';
import { answerFile } from '#api/stored-file.ts';
import type { VideoDetails } from '#engine/system.ts';
import type { Asset, AssetKind } from '#video/video.ts';
import { isTerminal } from '#video/video.ts';
import { find } from './videos.ts';

const kinds = { video: 'clip', thumbnail: 'thumbnail', spritesheet: 'spritesheet' } satisfies Record<string, AssetKind>;

const querySchema = z.strictObject({
  variant: z.enum(['video', 'thumbnail', 'spritesheet']).optional(),
  /** `1` = save as a file instead of showing it. */
  download: z.enum(['0', '1']).optional(),
  /** `0` = no redirect to where the file lies: for whoever draws what it shows, which another origin forbids. */
  redirect: z.enum(['0', '1']).optional(),
  /** Of a signed link. */
  token: z.string().max(200).optional(),
});

/** The answers to whoever asks for a stored file. */
export const fileResponses = {
  200: { description: 'The whole file.' },
  206: { description: 'The part that Range asks for.' },
  304: { description: 'It is still what the ETag says.' },
  416: { description: 'The file has no such range.' },
  ...problems,
  ...conflict,
};

const read = createRoute({
  method: 'get',
  path: '/videos/{id}/content',
  summary: 'The clip, its thumbnail or its spritesheet; Range and HEAD work',
  request: { params: idParams, query: querySchema },
  responses: { ...fileResponses, 302: { description: 'It lies in a store that can be asked directly, for an hour.' } },
});

export function contentRoutes(api: Api) {
  const routes = createRoutes();

  routes.openapi(read, async (c): Promise<Response> => {
    const { variant = 'video', download, redirect } = c.req.valid('query');
    const details = await opened(api, c, c.req.valid('param').id);
    const asset = assetOf(details, variant);
    return answerFile(api, c, asset, {
      name: nameOf(details, asset),
      download: download === '1',
      crossOrigin: c.var.linkedVideo !== undefined,
      through: redirect === '0',
    });
  });

  return routes;
}

async function opened(api: Api, c: Context<Env>, id: string): Promise<VideoDetails> {
  if (!c.var.linkedVideo) return find(api, c, id);
  const details = await api.system.store.get(videoId(id), null);
  if (!details || details.video.hiddenAt) throw noSuchVideo();
  return details;
}

/** The file of a variant; throws where there is none, or none yet. */
export function assetOf({ video, assets }: VideoDetails, variant: keyof typeof kinds): Asset {
  const clip = assets.find((asset) => asset.id === video.clipAssetId);
  if (video.state === 'completed' && !clip) {
    throw new ApiError(404, 'clip_deleted', 'its time was up: the clip was deleted');
  }
  if (video.state !== 'completed' || !clip) {
    if (isTerminal(video.state)) throw new ApiError(404, 'no_clip', `this video is ${video.state}; there is no clip`);
    throw new ApiError(409, 'not_ready', 'the clip is not ready yet', null, { 'retry-after': '5' });
  }
  const asset =
    variant === 'video' ? clip : assets.find((one) => one.kind === kinds[variant] && one.attemptId === clip.attemptId);
  if (!asset) throw new ApiError(404, 'variant_not_available', `there is no ${variant} of this clip`, 'variant');
  return asset;
}

/** What a clip is called when it is saved: words of its prompt, and which take it is. */
export function nameOf({ video }: VideoDetails, asset: Asset): string {
  const words = video.prompt
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 40);
  const kind = asset.kind === 'clip' ? '' : `-${asset.kind}`;
  return `${words || 'take'}-${video.takeNo}${kind}`;
}
