import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { Model } from '#engine/system.ts';
import { serverModel } from './catalogue.ts';

const size = z.string().regex(/^[1-9]\d{1,4}x[1-9]\d{1,4}$/, 'must be like 1280x720');
const usd = z.number().min(0).max(10_000);
const date = z.iso.date('must be a date like 2026-11-21');
const seconds = z.number().positive().max(86_400);

/** An entry of the file: what is left out stays as it is known, or unknown. Null = unknown, passed on unchecked. */
const entrySchema = z.strictObject({
  id: z
    .string()
    .max(300)
    .regex(/^[a-z][a-z0-9_-]{0,63}\/\S+$/, 'must be provider/model, for example openai/wan-2.2'),
  label: z.string().min(1).max(100).optional(),
  upstream_model: z.string().min(1).max(300).nullable().optional(),
  sizes: z.array(size).min(1).nullable().optional(),
  seconds: z.array(seconds).min(1).nullable().optional(),
  first_frame: z.enum(['no', 'optional', 'required']).nullable().optional(),
  audio: z.boolean().nullable().optional(),
  operations: z.array(z.enum(['remix', 'edit', 'extend', 'character'])).optional(),
  price: z
    .strictObject({
      per_second_usd: z
        .union(
          [usd, z.record(z.string().regex(/^\d{2,5}p$/, 'must be like 720p'), usd)],
          'must be dollars, or dollars by resolution',
        )
        .optional(),
      per_clip_usd: usd.optional(),
      source: z.string().min(1).max(500),
      as_of: date,
    })
    .refine(
      (price) => price.per_second_usd !== undefined || price.per_clip_usd !== undefined,
      'must have per_second_usd or per_clip_usd',
    )
    .nullable()
    .optional(),
  typical_seconds: z
    .strictObject({ p5: seconds, p50: seconds, p90: seconds })
    .refine(({ p5, p50, p90 }) => p5 <= p50 && p50 <= p90, 'must grow from p5 to p90')
    .optional(),
  deadline_seconds: seconds.nullable().optional(),
  retires: z
    .strictObject({ on: date, instead: z.string().min(1).max(300).nullable() })
    .nullable()
    .optional(),
});

const fileSchema = z.strictObject({ models: z.array(entrySchema).max(1_000) });

export type UserModel = z.infer<typeof entrySchema>;

/** The file of one's own models cannot be used: one line that names entry, field and rule. */
export class ModelsFileError extends Error {
  override name = 'ModelsFileError';
}

/** The entries of a models file; none where it does not exist. Throws `ModelsFileError`. */
export async function readUserModels(path: string): Promise<UserModel[]> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw new ModelsFileError(`the models file cannot be read: ${error instanceof Error ? error.message : error}`);
  }
  return parseUserModels(text);
}

export function parseUserModels(text: string): UserModel[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new ModelsFileError(`the models file is not JSON: ${error instanceof Error ? error.message : error}`);
  }
  const parsed = fileSchema.safeParse(json);
  if (!parsed.success) throw new ModelsFileError(`the models file is wrong: ${sentenceOf(parsed.error, json)}`);
  const { models } = parsed.data;
  const twice = models.find((model, i) => models.findIndex(({ id }) => id === model.id) < i);
  if (twice) throw new ModelsFileError(`the models file is wrong: ${twice.id} stands in it twice`);
  return models;
}

function sentenceOf({ issues }: z.ZodError, json: unknown): string {
  const [issue] = issues;
  const path = issue?.path ?? [];
  const [list, place, ...field] = path;
  if (list !== 'models' || typeof place !== 'number') return `${path.join('.') || 'it'}: ${issue?.message}`;
  const id = z.object({ id: z.string() }).safeParse((json as { models: unknown[] }).models[place]);
  return `entry ${place + 1}${id.success ? ` (${id.data.id})` : ''}, ${field.join('.') || 'itself'}: ${issue?.message}`;
}

/** What providers offer, with the entries of the file over it; entries of providers that are not `ready` wait. */
export function withUserModels(offered: Model[], entries: readonly UserModel[], ready: readonly string[]): Model[] {
  const models = new Map(offered.map((model) => [model.id, model]));
  for (const entry of entries) {
    const provider = entry.id.slice(0, entry.id.indexOf('/'));
    if (!ready.includes(provider)) continue;
    const name = entry.id.slice(provider.length + 1);
    models.set(entry.id, applied(models.get(entry.id) ?? serverModel(provider, name), entry));
  }
  return [...models.values()];
}

function applied(model: Model, entry: UserModel): Model {
  const { price, typical_seconds: typical, deadline_seconds: deadline } = entry;
  return {
    ...model,
    ...given({
      label: entry.label,
      upstreamModel: entry.upstream_model,
      sizes: entry.sizes,
      seconds: entry.seconds,
      firstFrame: entry.first_frame,
      audio: entry.audio,
      operations: entry.operations,
      retires: entry.retires,
      price: price && {
        ...given({ perSecondUsd: price.per_second_usd, perClipUsd: price.per_clip_usd }),
        source: price.source,
        asOf: price.as_of,
      },
      typical: typical && { p5: typical.p5 * 1_000, p50: typical.p50 * 1_000, p90: typical.p90 * 1_000 },
      deadlineMs: typeof deadline === 'number' ? deadline * 1_000 : deadline,
    }),
  };
}

/** Without what was left out. */
const given = <T extends object>(fields: T) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
