import type { Context } from 'hono';
import type { z } from 'zod';
import { checkStrings, isJson, maxImageJsonBytes, refuse } from '#api/body.ts';
import type { Api, Env } from '#api/context.ts';
import { ApiError, badField } from '#api/errors.ts';
import { readMultipart } from '#api/multipart.ts';
import { takeReference } from '#api/references.ts';
import { Upload } from './wire.ts';

type Fields = { [name: string]: unknown };
/** The fields that may be files, and of what kind. */
export type FileFields = Record<string, readonly ('image' | 'video')[]>;

/**
 * The body of a create: multipart, where files are stored as they come; urlencoded; or JSON. Throws what the schema
 * refuses as an `ApiError` that names the field.
 */
export async function readFields<S extends z.ZodType>(
  api: Api,
  c: Context<Env>,
  schema: S,
  files: FileFields = {},
): Promise<z.output<S>> {
  const fields = await rawFields(api, c, files);
  checkStrings(fields, [], 0);
  const parsed = schema.safeParse(fields);
  if (!parsed.success) throw refuse(parsed.error);
  return parsed.data;
}

async function rawFields(api: Api, c: Context<Env>, files: FileFields): Promise<Fields> {
  const type = c.req.header('content-type') ?? '';
  if (/^multipart\/form-data\b/i.test(type)) return readForm(api, c, files);
  const text = await c.req.text();
  if (/^application\/x-www-form-urlencoded\b/i.test(type)) return nested(pairsOf(text));
  if (text === '') return {};
  if (!isJson(type)) {
    const taken = 'multipart/form-data, application/x-www-form-urlencoded or application/json';
    throw new ApiError(415, 'unsupported_media_type', `the body must be ${taken}`);
  }
  // The middleware has seen that it is an object.
  return JSON.parse(text) as Fields;
}

/** As many as a multipart form may have. */
const maxPairs = 200;

function pairsOf(text: string): [name: string, value: string][] {
  if (text.split('&', maxPairs + 1).length > maxPairs)
    throw badField('body', `the form has more than ${maxPairs} fields`);
  return [...new URLSearchParams(text)];
}

async function readForm(api: Api, c: Context<Env>, accepted: FileFields): Promise<Fields> {
  const { ownerId } = c.var.who;
  const { signal } = c.req.raw;
  const { fields, files } = await readMultipart(
    c.req.raw,
    async ({ field, fileName, stream }) => {
      const accept = accepted[field];
      if (!accept) throw badField(field, `${field} takes no file`);
      return takeReference(api, ownerId, { stream, name: fileName }, { param: field, accept, signal });
    },
    maxImageJsonBytes,
  );
  return nested([...fields, ...files.map(({ field, taken }): [string, unknown] => [field, new Upload(taken)])]);
}

const maxPath = 8;

/** `a[b]`, `a[]` and `a[][b]` as the official SDKs write nested values into a form. */
export function nested(pairs: Iterable<[name: string, value: unknown]>): Fields {
  const root: Fields = {};
  for (const [name, value] of pairs) {
    const path = pathOf(name);
    set(root, path, value, name);
  }
  return root;
}

function pathOf(name: string): string[] {
  const match = /^([^[\]]+)((?:\[[^[\]]*\])*)$/.exec(name);
  if (!match) return [name];
  const path = [match[1] ?? '', ...[...(match[2] ?? '').matchAll(/\[([^[\]]*)\]/g)].map((one) => one[1] ?? '')];
  if (path.length > maxPath) throw badField(path[0] ?? name, `${path[0]} is nested more than ${maxPath} deep`);
  return path;
}

function set(into: Fields, [key = '', ...rest]: string[], value: unknown, name: string): void {
  if (key === '__proto__') throw badField(name, `${name} is no name of a field`);
  if (rest.length === 0) {
    if (Object.hasOwn(into, key)) throw badField(name, `${name} was given more than once`);
    into[key] = value;
    return;
  }
  const isList = rest[0] === '';
  const inner = Object.hasOwn(into, key) ? into[key] : undefined;
  if (inner === undefined) into[key] = isList ? [] : {};
  const next = into[key];
  if (typeof next !== 'object' || next === null || next instanceof Upload || Array.isArray(next) !== isList) {
    throw badField(name, `${name} is given in two ways`);
  }
  if (!Array.isArray(next)) set(next as Fields, rest, value, name);
  else append(next, rest.slice(1), value, name);
}

/** An element begins with its first field, and the next one where a field comes again. */
function append(list: unknown[], path: string[], value: unknown, name: string): void {
  if (path.length === 0) {
    list.push(value);
    return;
  }
  const last = list.at(-1) as Fields | undefined;
  const [key = ''] = path;
  const element = last !== undefined && !(path.length === 1 && Object.hasOwn(last, key)) ? last : {};
  if (element !== last) list.push(element);
  set(element, path, value, name);
}
