import { createRoute } from '@hono/zod-openapi';
import { z } from 'zod';
import type { Api } from '#api/context.ts';
import { badField } from '#api/errors.ts';
import { findFile, removeFile, saveName, takeUpload } from '#api/files.ts';
import { conflict, createRoutes, json, problems } from '#api/route.ts';
import { answerFile } from '#api/stored-file.ts';
import type { Reference } from '#engine/system.ts';
import { pageOf } from './wire.ts';

const tags = ['OpenAI protocol'];
const pageSize = 100;
/** What a client gets when it names no purpose, or reads a file of the studio. */
const usualPurpose = 'user_data';

const fileSchema = z.object({
  id: z.string(),
  object: z.literal('file'),
  bytes: z.int(),
  /** Unix seconds. */
  created_at: z.int(),
  filename: z.string(),
  purpose: z.string(),
  status: z.literal('processed'),
});
const fileDeletedSchema = z.object({ id: z.string(), object: z.literal('file'), deleted: z.literal(true) });
const listQuerySchema = z.object({
  after: z.string().max(200).optional(),
  /** Larger pages than ours are asked for in several. */
  limit: z.coerce.number().int().min(1).max(10_000).optional(),
  order: z.enum(['asc', 'desc']).optional(),
  purpose: z.string().max(200).optional(),
});
const params = z.object({ id: z.string().meta({ description: 'Id of the file', example: 'asset_0199…' }) });

const create = createRoute({
  method: 'post',
  path: '/files',
  tags,
  summary: 'Upload an image or a video, for `input_reference[file_id]` or `video[id]`',
  request: {
    body: {
      content: {
        'multipart/form-data': {
          schema: z.object({
            file: z.any().meta({ type: 'string', format: 'binary', description: 'The file' }),
            purpose: z.string().optional(),
          }),
        },
      },
      required: true,
    },
  },
  responses: { 200: json(fileSchema, 'The file.'), ...problems },
});
const list = createRoute({
  method: 'get',
  path: '/files',
  tags,
  summary: 'Your files, newest first',
  request: { query: listQuerySchema },
  responses: { 200: json(pageOf(fileSchema), '`last_id` is the `after` of the next page.'), ...problems },
});
const retrieve = createRoute({
  method: 'get',
  path: '/files/{id}',
  tags,
  summary: 'One file',
  request: { params },
  responses: { 200: json(fileSchema, 'The file.'), ...problems },
});
const content = createRoute({
  method: 'get',
  path: '/files/{id}/content',
  tags,
  summary: 'The bytes of a file',
  request: { params },
  responses: { 200: { description: 'The whole file.' }, 206: { description: 'What Range asks for.' }, ...problems },
});
const remove = createRoute({
  method: 'delete',
  path: '/files/{id}',
  tags,
  summary: 'Delete a file that no unfinished clip needs',
  request: { params },
  responses: { 200: json(fileDeletedSchema, 'It is gone.'), ...problems, ...conflict },
});

/** What `client.files` asks for: reference files, as `/api/files` has them too. */
export function fileRoutes(api: Api) {
  const routes = createRoutes();

  // Only described by its schema: a form that is checked as a whole would be in memory as a whole.
  routes.openAPIRegistry.registerPath(create);
  routes.post('/files', async (c) => {
    const { id } = await takeUpload(api, c, 'file');
    return c.json(fileObject(await findFile(api, c, id)));
  });

  routes.openapi(list, async (c) => {
    const { after, limit = pageSize, order = 'desc', purpose } = c.req.valid('query');
    if (after && !(await api.system.store.reference(after, c.var.who.ownerId))) {
      throw badField('after', 'after: there is no such file');
    }
    const size = Math.min(limit, pageSize);
    const found = await api.system.store.references({
      ownerId: c.var.who.ownerId,
      ...(purpose && { purpose }),
      ...(after && { after }),
      limit: size + 1,
      order,
    });
    const data = found.slice(0, size).map(fileObject);
    const [first_id, last_id] = [data[0]?.id ?? null, data.at(-1)?.id ?? null];
    return c.json({ object: 'list' as const, data, first_id, last_id, has_more: found.length > size }, 200);
  });

  routes.openapi(retrieve, async (c) => c.json(fileObject(await findFile(api, c, c.req.valid('param').id)), 200));

  routes.openapi(content, async (c): Promise<Response> => {
    const file = await findFile(api, c, c.req.valid('param').id);
    return answerFile(api, c, file, { name: saveName(file), download: true });
  });

  routes.openapi(remove, async (c) => {
    const { id } = c.req.valid('param');
    await removeFile(api, c, id);
    return c.json({ id, object: 'file' as const, deleted: true as const }, 200);
  });

  return routes;
}

const fileObject = ({ id, name, bytes, purpose, createdAt }: Reference): z.infer<typeof fileSchema> => ({
  id,
  object: 'file',
  bytes,
  created_at: Math.floor(createdAt.getTime() / 1_000),
  filename: name ?? id,
  purpose: purpose ?? usualPurpose,
  status: 'processed',
});
