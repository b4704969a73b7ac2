import { createRoute } from '@hono/zod-openapi';
import { z } from 'zod';
import type { Api } from '#api/context.ts';
import { ApiError, badField } from '#api/errors.ts';
import { conflict, createRoutes, idParams, json, problems } from '#api/route.ts';
import { videoSchema } from '#api/wire.ts';
import type { StoredFile } from '#engine/system.ts';
import { DownloadError } from '#video/errors/download-error.ts';
import { makeId } from '#video/id.ts';
import type { Asset } from '#video/video.ts';
import { assetOf } from './content.ts';
import { find, viewFor } from './videos.ts';

const maxBytes = 1_000_000;
/** A browser rounds to whole pixels when it draws a frame smaller than it is. */
const aspectTolerance = 0.02;

const image = { schema: z.any().meta({ type: 'string', format: 'binary', description: 'At most 1 MB' }) };
const put = createRoute({
  method: 'put',
  path: '/videos/{id}/poster',
  summary: 'A frame of a clip that has no thumbnail, drawn by a browser that plays it; the first one stays',
  request: {
    params: idParams,
    body: { content: { 'image/webp': image, 'image/jpeg': image, 'image/png': image }, required: true },
  },
  responses: { 200: json(videoSchema, 'The clip with its poster.'), ...problems, ...conflict },
});

/** Posters: where the provider gives none, the first player makes one for everybody. */
export function posterRoutes(api: Api) {
  const { store, media, clock, random } = api.system;
  const routes = createRoutes();

  routes.openAPIRegistry.registerPath(put);
  routes.put('/videos/:id/poster', async (c) => {
    const details = await find(api, c, c.req.param('id'));
    const clip = assetOf(details, 'video');
    const has = details.assets.some(({ kind, attemptId }) => kind === 'thumbnail' && attemptId === clip.attemptId);
    if (has) throw taken();
    if (!/^image\/(webp|jpeg|png)\b/i.test(c.req.header('content-type') ?? '')) {
      throw new ApiError(415, 'unsupported_media_type', 'a poster is image/webp, image/jpeg or image/png');
    }
    const id = makeId('asset', clock.now(), random(10));
    // A name of its own: whoever comes second must not write over what the first one's row stands for.
    const key = `${details.video.id}/${clip.attemptId}/poster_${id}`;
    try {
      const download = { stream: withinLimit(c.req.raw.body), contentType: null, bytes: null };
      const stored = await media.put(key, 'thumbnail', download, c.req.raw.signal);
      checkAspect(stored, clip);
      const { videoId, attemptId } = clip;
      const poster: Asset = { ...stored, id, videoId, attemptId, kind: 'thumbnail' };
      if (!(await store.addPoster(poster, c.var.who.actor))) throw taken();
    } catch (error) {
      await media.delete(key);
      throw error instanceof DownloadError && error.reason === 'not_media' ? badField('body', error.message) : error;
    }
    return c.json(await viewFor(api, c, await find(api, c, details.video.id)));
  });

  return routes;
}

const taken = () => new ApiError(409, 'poster_exists', 'this clip has a thumbnail already');

async function* withinLimit(body: AsyncIterable<Uint8Array> | null): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes)
      throw new ApiError(413, 'body_too_large', `a poster may have at most ${maxBytes} bytes`, 'body');
    yield chunk;
  }
  if (bytes === 0) throw badField('body', 'the body must be an image');
}

function checkAspect(poster: StoredFile, clip: Asset): void {
  if (!poster.width || !poster.height || !clip.width || !clip.height) return;
  const ratio = poster.width / poster.height / (clip.width / clip.height);
  if (Math.abs(ratio - 1) > aspectTolerance) {
    const sizes = `${poster.width}x${poster.height}, and the clip ${clip.width}x${clip.height}`;
    throw badField('body', `the poster must have the shape of the clip: it has ${sizes}`);
  }
}
