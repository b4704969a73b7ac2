import { createRoute } from '@hono/zod-openapi';
import { z } from 'zod';
import { makeId } from '#video/id.ts';
import { limitBody } from './body.ts';
import type { Api } from './context.ts';
import { ApiError, badField } from './errors.ts';
import { createRoutes, json, problems } from './route.ts';
import { fileSchema } from './wire.ts';

const maxFileBytes = 20_000_000;
const tooLarge = () => new ApiError(413, 'file_too_large', `file may have at most ${maxFileBytes} bytes`, 'file');

const upload = createRoute({
  method: 'post',
  path: '/files',
  summary: 'Upload a reference image (multipart, field `file`)',
  middleware: limitBody(maxFileBytes + 100_000, tooLarge),
  request: {
    body: {
      content: {
        'multipart/form-data': {
          schema: z.object({ file: z.any().meta({ type: 'string', format: 'binary', description: 'The image' }) }),
        },
      },
      required: true,
    },
  },
  responses: { 201: json(fileSchema, 'Its id goes into `inputs`.'), ...problems },
});

export function fileRoutes(api: Api) {
  const { media, store, clock, random } = api.system;
  const routes = createRoutes();

  routes.openapi(upload, async (c) => {
    const { file } = c.req.valid('form');
    if (!(file instanceof File)) throw badField('file', 'file must be one uploaded image');
    if (file.size === 0) throw badField('file', 'file is empty');
    if (file.size > maxFileBytes) throw tooLarge();
    const id = makeId('asset', clock.now(), random(10));
    const download = { stream: file.stream(), contentType: null, bytes: file.size };
    const stored = await media.put(`references/${id}`, 'reference', download, c.req.raw.signal);
    await store.addAsset({ ...stored, id, videoId: null, attemptId: null, kind: 'reference' }, c.var.who.ownerId);
    const { contentType, bytes, width, height } = stored;
    return c.json({ id, content_type: contentType, bytes, width, height }, 201);
  });

  return routes;
}
