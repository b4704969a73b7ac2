import { createHash } from 'node:crypto';
import { z } from 'zod';
import { ApiError } from './api-error.ts';
import { type Faults, readFaults } from './faults.ts';
import type { HostedPart, Job } from './job.ts';
import type { View } from './timeline.ts';

export const defaultModel = 'test-pattern';

const sizes = [
  '720x1280',
  '1280x720',
  '1024x1792',
  '1792x1024',
  '1080x1920',
  '1920x1080',
  '320x180',
  '180x320',
  '640x360',
] as const;

/** A create as the simulator understands it. `fingerprint` is equal for equal requests, whatever their encoding. */
export type CreateRequest = {
  prompt: string;
  /** What the prompt's directives ask for. */
  faults: Faults;
  model: string;
  size: string;
  width: number;
  height: number;
  seconds: number;
  firstFrame: Uint8Array | undefined;
  fingerprint: string;
  /** The job that it is made of. */
  madeFrom?: string;
  /** From a hosted service's wire, with an id in its own form. */
  hosted?: HostedPart & { id: string };
};

const reference = z.union([z.instanceof(File), z.object({ image_url: z.string() }), z.object({ file_id: z.string() })]);

const createBody = z.looseObject({
  prompt: z.string().min(1).max(32_000),
  model: z.string().min(1).default(defaultModel),
  size: z.enum(sizes).default('720x1280'),
  seconds: z
    .union([z.string().regex(/^\d{1,2}$/), z.number().int()])
    .transform(Number)
    .pipe(z.number().min(1).max(20))
    .default(4),
  input_reference: reference.nullish(),
  characters: z
    .array(z.object({ id: z.string() }))
    .max(2)
    .nullish(),
});

/**
 * Reads a create from multipart (with bracket fields and files), urlencoded or JSON.
 * @throws ApiError 400 that names the field.
 */
export async function readCreate(request: Request, knows: (character: string) => boolean): Promise<CreateRequest> {
  const body = checked(createBody, await readFields(request));
  const { prompt, model, size, seconds, input_reference, characters } = body;
  const stranger = characters?.find(({ id }) => !knows(id));
  if (stranger) {
    throw new ApiError(400, `Character '${stranger.id}' not found.`, { code: 'not_found', param: 'characters' });
  }
  const [width = 0, height = 0] = size.split('x').map(Number);
  const firstFrame = await readReference(input_reference);
  const { faults } = readFaults(prompt);
  const fingerprint = await fingerprintOf(body);
  return { prompt, faults, model, size, width, height, seconds, firstFrame, fingerprint };
}

/** @throws ApiError 400 that names the field. */
export function checked<S extends z.ZodType>(schema: S, fields: Fields): z.output<S> {
  const parsed = schema.safeParse(fields);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const param = issue?.path.join('.') || null;
  throw new ApiError(400, `Invalid value for '${param}': ${issue?.message}.`, { code: 'invalid_value', param });
}

export type Fields = Record<string, unknown>;

export async function readFields(request: Request): Promise<Fields> {
  const type = request.headers.get('content-type') ?? '';
  if (type.startsWith('multipart/form-data') || type.startsWith('application/x-www-form-urlencoded')) {
    const form = await request.formData().catch((cause: unknown) => {
      throw new ApiError(400, `We could not parse the form of your request: ${cause}`);
    });
    return nested(form);
  }
  const body: unknown = await request.json().catch(() => {
    throw new ApiError(400, 'We could not parse the JSON body of your request.');
  });
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new ApiError(400, 'The JSON body of your request is not an object.');
  }
  return { ...body };
}

/** `video[id]` → `{video: {id}}`, `characters[][id]` → `{characters: [{id}]}`: all that the protocol uses. */
function nested(form: FormData): Fields {
  const fields: Fields = {};
  for (const [name, value] of form) {
    const [, list, key] = /^([^[]+)\[\]\[([^\]]+)\]$/.exec(name) ?? [];
    if (list !== undefined && key !== undefined) {
      fields[list] = [...(Array.isArray(fields[list]) ? fields[list] : []), { [key]: value }];
      continue;
    }
    const [, outer, inner] = /^([^[]+)\[([^\]]+)\]$/.exec(name) ?? [];
    if (outer === undefined || inner === undefined) fields[name] = value;
    else fields[outer] = { ...Object(fields[outer]), [inner]: value };
  }
  return fields;
}

/** First bytes in hex: JPEG, PNG, WebP. */
const imageSignatures = [/^ffd8ff/, /^89504e470d0a1a0a/, /^52494646.{8}57454250/];

/** The image bytes, where they came with the request; an address or a file id is accepted and not fetched. */
async function readReference(value: z.infer<typeof reference> | null | undefined): Promise<Uint8Array | undefined> {
  if (!value || (!(value instanceof File) && !('image_url' in value))) return undefined;
  if (!(value instanceof File) && !value.image_url.startsWith('data:')) return undefined;
  const bytes =
    value instanceof File
      ? new Uint8Array(await value.arrayBuffer())
      : Buffer.from(value.image_url.replace(/^[^,]*,/, ''), 'base64');
  if (!isImage(bytes)) {
    throw new ApiError(400, "Invalid value for 'input_reference': not a JPEG, PNG or WebP image.", {
      code: 'invalid_value',
      param: 'input_reference',
    });
  }
  return bytes;
}

export function isImage(bytes: Uint8Array): boolean {
  const start = Buffer.from(bytes.subarray(0, 16)).toString('hex');
  return imageSignatures.some((signature) => signature.test(start));
}

/** Over the parsed fields in order of their names and the hash of each file: a boundary differs on every try. */
export async function fingerprintOf(fields: Fields): Promise<string> {
  const comparable = async (value: unknown): Promise<unknown> => {
    if (value instanceof File) return ['file', sha256(new Uint8Array(await value.arrayBuffer()))];
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return Promise.all(entries.map(async ([name, inner]) => [name, await comparable(inner)]));
  };
  return sha256(JSON.stringify(await comparable(fields)));
}

export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** The video object of the protocol: all thirteen keys, null where there is nothing. */
export type VideoObject = ReturnType<typeof videoObject>;

export function videoObject(id: string, job: Job, view: View) {
  const seconds = (ms: number | null) => (ms === null ? null : Math.floor(ms / 1000));
  return {
    id,
    object: 'video' as const,
    model: job.model,
    status: view.status as string,
    progress: view.progress,
    created_at: Math.floor(job.createdAtMs / 1000),
    completed_at: seconds(view.completedAtMs),
    expires_at: seconds(view.expiresAtMs),
    prompt: job.prompt,
    size: job.size,
    seconds: String(job.seconds),
    remixed_from_video_id: job.madeFrom ?? null,
    error: view.error,
  };
}

const listQuery = z.object({
  limit: z.coerce.number().int().min(0).max(100).optional(),
  order: z.enum(['asc', 'desc']).default('desc'),
  after: z.string().optional(),
});

/** @throws ApiError 400 that names the parameter. */
export function readListQuery(query: Record<string, string>): z.infer<typeof listQuery> {
  const parsed = listQuery.safeParse(query);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const param = issue?.path.join('.') ?? null;
  throw new ApiError(400, `Invalid value for '${param}': ${issue?.message}.`, { code: 'invalid_value', param });
}
