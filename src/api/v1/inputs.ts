import type { Context } from 'hono';
import type { Api, Env } from '#api/context.ts';
import { takeReference } from '#api/references.ts';
import { find } from '#api/videos/videos.ts';
import type { VideoDetails } from '#engine/system.ts';
import type { Asset } from '#video/video.ts';
import { Upload } from './wire.ts';

type Image = Upload | { image_url: string } | { file_id: string };
type Clip = Upload | { id: string };

/** The stored image behind an `input_reference`. */
export async function idsOf(
  api: Api,
  c: Context<Env>,
  param: string,
  image: Image | null | undefined,
): Promise<string[]> {
  if (!image) return [];
  if (image instanceof Upload) return [image.asset.id];
  const source = 'file_id' in image ? { fileId: image.file_id } : { url: image.image_url };
  const asset = await takeReference(api, c.var.who.ownerId, source, { param, signal: c.req.raw.signal });
  return [asset.id];
}

/** The clip behind a `video`: one of the asker's, a video that came with the form, or a stored one. */
export async function clipOf(api: Api, c: Context<Env>, clip: Clip): Promise<VideoDetails | Asset> {
  if (clip instanceof Upload) return clip.asset;
  if (clip.id.startsWith('video_')) return find(api, c, clip.id);
  const options = { param: 'video', accept: ['video'], signal: c.req.raw.signal } as const;
  return takeReference(api, c.var.who.ownerId, { fileId: clip.id }, options);
}

/** Fields with files as the hashes of their content: equal for equal requests. */
export const comparable = (fields: object): object =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      value instanceof Upload ? { sha256: value.asset.sha256 } : (value ?? undefined),
    ]),
  );
