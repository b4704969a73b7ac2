import { z } from 'zod';
import { createSchema as studioSchema } from '#api/wire.ts';
import type { Asset } from '#video/video.ts';

/** The shapes of the OpenAI protocol. Times are Unix seconds, nothing is left out: what is not there is null. */

const time = z.int();

export const videoSchema = z.object({
  id: z.string(),
  object: z.literal('video'),
  /** As asked for. */
  model: z.string(),
  status: z.enum(['queued', 'in_progress', 'completed', 'failed']),
  progress: z.int().min(0).max(100),
  created_at: time,
  completed_at: time.nullable(),
  /** Null: what is stored here stays. */
  expires_at: time.nullable(),
  prompt: z.string().nullable(),
  /** As rendered. */
  size: z.string(),
  seconds: z.string(),
  remixed_from_video_id: z.string().nullable(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
});
export type VideoObject = z.infer<typeof videoSchema>;

export const pageOf = <S extends z.ZodType>(schema: S) =>
  z.object({
    object: z.literal('list'),
    data: z.array(schema),
    first_id: z.string().nullable(),
    last_id: z.string().nullable(),
    has_more: z.boolean(),
  });
export const pageSchema = pageOf(videoSchema);

export const deletedSchema = z.object({ id: z.string(), object: z.literal('video.deleted'), deleted: z.literal(true) });
export const characterSchema = z.object({ id: z.string().nullable(), name: z.string().nullable(), created_at: time });

export const modelSchema = z.object({
  id: z.string(),
  object: z.literal('model'),
  created: time,
  owned_by: z.string(),
});
export const modelsSchema = z.object({ object: z.literal('list'), data: z.array(modelSchema) });

/** A file of a form, stored as it came; no JSON can be one. */
export class Upload {
  readonly asset: Asset;
  constructor(asset: Asset) {
    this.asset = asset;
  }
}
const uploadOr = (other: string) =>
  z
    .instanceof(Upload, { error: `must be a file${other}` })
    .meta({ type: 'string', format: 'binary', description: 'A file of the form' });

const { prompt, model, size, seconds } = studioSchema.shape;
const seed = z.union([
  studioSchema.shape.seed,
  z
    .string()
    .regex(/^\d{1,10}$/)
    .transform(Number),
]);

const imageSchema = z.union([
  uploadOr(', {image_url} or {file_id}'),
  z.strictObject({ image_url: z.string().min(1).meta({ description: 'https: or data: URL' }) }),
  z.strictObject({ file_id: z.string().min(1).max(200) }),
]);
const clipSchema = z.union([uploadOr(' or {id}'), z.strictObject({ id: z.string().min(1).max(200) })]);

/** Fields that are not named here go on to the provider as they are. */
export const createSchema = z.looseObject({
  prompt,
  model: model.nullable(),
  size: size.nullable().meta({ description: 'WIDTHxHEIGHT; 720x1280 by default' }),
  seconds: seconds.nullable().meta({ description: 'A string or a number; "4" by default' }),
  seed: seed.nullish(),
  input_reference: imageSchema.nullish(),
  characters: z
    .array(z.object({ id: z.string().min(1).max(200) }))
    .max(2)
    .nullish(),
});
export const remixSchema = z.looseObject({ prompt });
export const editSchema = z.looseObject({ prompt, video: clipSchema, model: model.nullable() });
export const extendSchema = z.looseObject({
  prompt,
  video: clipSchema,
  seconds: studioSchema.shape.seconds.unwrap().meta({ description: 'What is added' }),
  model: model.nullable(),
});
export const createCharacterSchema = z.object({
  name: z.string().trim().min(1).max(80),
  video: clipSchema,
  model: model.nullable(),
});

export const listQuerySchema = z.object({
  after: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(0).max(100).optional(),
  order: z.enum(['asc', 'desc']).optional(),
});
export const contentQuerySchema = z.object({ variant: z.enum(['video', 'thumbnail', 'spritesheet']).optional() });
