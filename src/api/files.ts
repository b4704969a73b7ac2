import { createRoute } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { z } from 'zod';
import type { Reference } from '#engine/system.ts';
import { referenceLimits } from '#video/signature.ts';
import type { Asset } from '#video/video.ts';
import { isJson, refuse } from './body.ts';
import { type Api, type Env, visibleTo } from './context.ts';
import { ApiError, badField } from './errors.ts';
import { readMultipart } from './multipart.ts';
import { addReference, putReference, takeReference } from './references.ts';
import { conflict, createRoutes, json, problems } from './route.ts';
import { answerFile } from './stored-file.ts';
import { fileDeletedSchema, fileSchema, fileUrlSchema } from './wire.ts';

const accept = ['image', 'video'] as const;
/** With what a form has around it. */
const maxUploadBytes = referenceLimits.videoBytes + 1_000_000;
const params = z.object({ id: z.string().meta({ description: 'Id of the file', example: 'asset_0199…' }) });

const upload = createRoute({
  method: 'post',
  path: '/files',
  summary: 'Store a reference file: an image of up to 20 MB, or a video of up to 500 MB',
  request: {
    body: {
      content: {
        'multipart/form-data': {
          schema: z.object({ file: z.any().meta({ type: 'string', format: 'binary', description: 'The file' }) }),
        },
        'application/json': { schema: fileUrlSchema },
      },
      required: true,
    },
  },
  responses: { 201: json(fileSchema, 'Its id goes into `inputs`.'), ...problems },
});
const read = createRoute({
  method: 'get',
  path: '/files/{id}',
  summary: 'What a reference file is',
  request: { params },
  responses: { 200: json(fileSchema, 'The file.'), ...problems },
});
const content = createRoute({
  method: 'get',
  path: '/files/{id}/content',
  summary: 'The bytes of a reference file; Range and HEAD work',
  request: { params },
  responses: {
    200: { description: 'The whole file.' },
    206: { description: 'The part that Range asks for.' },
    ...problems,
  },
});
const remove = createRoute({
  method: 'delete',
  path: '/files/{id}',
  summary: 'Delete a reference file that no unfinished clip needs',
  request: { params },
  responses: { 200: json(fileDeletedSchema, 'It is gone.'), ...problems, ...conflict },
});

/** Reference files. One that no clip uses is deleted after a week. */
export function fileRoutes(api: Api) {
  const routes = createRoutes();

  // Only described by its schema: a form that is checked as a whole would be in memory as a whole.
  routes.openAPIRegistry.registerPath(upload);
  routes.post('/files', async (c) => {
    const { ownerId } = c.var.who;
    const { signal } = c.req.raw;
    const { id } = isJson(c.req.header('content-type'))
      ? await takeReference(api, ownerId, parseUrl(await c.req.json()), { param: 'url', accept, signal })
      : await takeUpload(api, c, 'file');
    return c.json(viewOf(await findFile(api, c, id)), 201);
  });

  routes.openapi(read, async (c) => c.json(viewOf(await findFile(api, c, c.req.valid('param').id)), 200));

  routes.openapi(content, async (c): Promise<Response> => {
    const file = await findFile(api, c, c.req.valid('param').id);
    return answerFile(api, c, file, { name: saveName(file) });
  });

  routes.openapi(remove, async (c) => {
    const { id } = c.req.valid('param');
    await removeFile(api, c, id);
    return c.json({ id, deleted: true as const }, 200);
  });

  return routes;
}

const parseUrl = (body: unknown): { url: string } => {
  const parsed = fileUrlSchema.safeParse(body);
  if (!parsed.success) throw refuse(parsed.error);
  return parsed.data;
};

/** The one file of a form, stored as it comes, and what else the form says. */
export async function takeUpload(api: Api, c: Context<Env>, field: string) {
  const length = Number(c.req.header('content-length') ?? 0);
  if (length > maxUploadBytes) throw new ApiError(413, 'file_too_large', `${field} is too large`, field);
  const { signal } = c.req.raw;
  const stored: Asset[] = [];
  let parts = 0;
  try {
    const form = await readMultipart(c.req.raw, async (part) => {
      if (part.field !== field || parts++ > 0) throw badField(part.field, `the form takes one file, as ${field}`);
      const source = { stream: part.stream, name: part.fileName };
      stored.push(await putReference(api, source, { param: field, accept, signal }));
      return part.fileName;
    });
    const [asset] = stored;
    if (!asset) throw badField(field, `${field} must be one uploaded file`);
    const said = Object.fromEntries(form.fields);
    const name = form.files[0]?.taken ?? null;
    await addReference(api, c.var.who.ownerId, asset, { name, purpose: said.purpose ?? null });
    return asset;
  } catch (error) {
    for (const { key } of stored) await api.system.media.delete(key);
    throw error;
  }
}

export async function findFile(api: Api, c: Context<Env>, id: string): Promise<Reference> {
  const file = await api.system.store.reference(id, visibleTo(c.var.who));
  if (!file) throw noSuchFile();
  return file;
}

export async function removeFile(api: Api, c: Context<Env>, id: string): Promise<void> {
  const removed = await api.system.store.dropReference(id, visibleTo(c.var.who));
  if (!removed) throw noSuchFile();
  if (removed === 'in_use') throw new ApiError(409, 'in_use', 'a clip that is not finished needs this file');
  await api.system.media.delete(removed.key);
}

const noSuchFile = () => new ApiError(404, 'not_found', 'there is no such file');

/** Its owner's word, in letters that any file system takes. */
export const saveName = ({ name, id }: Reference): string =>
  (name ?? '')
    .replace(/\.[^.]*$/, '')
    .replace(/[^A-Za-z0-9_-]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 60) || id;

const viewOf = ({ id, name, contentType, bytes, width, height, durationMs, createdAt }: Reference) => ({
  id,
  name,
  content_type: contentType,
  bytes,
  width,
  height,
  duration_ms: durationMs,
  created_at: createdAt.toISOString(),
});
