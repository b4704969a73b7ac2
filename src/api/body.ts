import { createMiddleware } from 'hono/factory';
import type { z } from 'zod';
import type { Env } from './context.ts';
import { ApiError, badField, notJson } from './errors.ts';

export const maxBodyBytes = 1_000_000;
const maxDepth = 32;
/** Values in one body. A few bytes of text can be a hundred in memory, and only strings have a reason to be long. */
const maxValues = 100_000;

/**
 * Refuses bodies of more bytes with what `tooLarge` makes: at once where they tell their length, else while they are read.
 * Hono's own limit rebuilds the request from the server's kind of it, which Node's Request does not take.
 */
export const limitBody = (maxBytes: number, tooLarge: () => ApiError) =>
  createMiddleware<Env>(async (c, next) => {
    const { raw } = c.req;
    const declared = raw.headers.get('content-length');
    if (Number(declared ?? 0) > maxBytes) throw tooLarge();
    if (declared !== null || !raw.body) return next();
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of raw.body) {
      bytes += chunk.byteLength;
      if (bytes > maxBytes) throw tooLarge();
      chunks.push(chunk);
    }
    const { url, method, headers, signal } = raw;
    c.req.raw = new Request(url, { method, headers, signal, body: Buffer.concat(chunks) });
    return next();
  });

const limitJson = (maxBytes: number) =>
  limitBody(maxBytes, () => new ApiError(413, 'body_too_large', `the body may have at most ${maxBytes} bytes`, 'body'));

export const jsonLimit = limitJson(maxBodyBytes);
/** Where images may come as data: URLs: one of the largest, in base64. */
export const maxImageJsonBytes = 28_000_000;
export const imageJsonLimit = limitJson(maxImageJsonBytes);

export const isJson = (contentType: string | undefined) => /^application\/json\b/i.test(contentType ?? '');

/** A body is JSON that a database can hold. What each field may be, the schema of the route says. */
export const checkJson = createMiddleware<Env>(async (c, next) => {
  const text = await c.req.text();
  if (text === '') return next();
  if (!isJson(c.req.header('content-type'))) throw notJson();
  if (hasMoreValues(text, maxValues)) throw badField('body', `the body has more than ${maxValues} values`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ApiError(400, 'broken_json', `the body is no valid JSON: ${(error as Error).message}`, 'body');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw badField('body', 'the body must be a JSON object');
  }
  checkStrings(value, [], 0);
  return next();
});

/** Counts the values of a JSON text without making any of them; strings are stepped over. */
export function hasMoreValues(text: string, most: number): boolean {
  let values = 1;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === ',' || character === '[' || character === '{') {
      if (++values > most) return true;
    } else if (character === '"') {
      do {
        at = text.indexOf('"', at + 1);
      } while (at > 0 && isEscaped(text, at));
      // It never ends: whoever parses it says so.
      if (at < 0) return false;
    }
  }
  return false;
}

function isEscaped(text: string, at: number): boolean {
  let from = at;
  while (text[from - 1] === '\\') from--;
  return (at - from) % 2 === 1;
}

/** Refuses what PostgreSQL cannot store: NUL characters, halves of surrogate pairs; and nesting without end. */
export function checkStrings(value: unknown, path: string[], depth: number): void {
  const field = path.join('.') || 'body';
  if (depth > maxDepth) throw badField(path[0] ?? 'body', `${path[0]} is nested more than ${maxDepth} deep`);
  if (typeof value === 'string') checkString(field, value);
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    checkString(field, key);
    checkStrings(inner, [...path, key], depth + 1);
  }
}

function checkString(field: string, text: string): void {
  if (text.includes('\u0000')) throw badField(field, `${field} must not contain NUL characters`);
  if (!text.isWellFormed()) throw badField(field, `${field} must be well-formed Unicode`);
}

/** The same for what comes in the address: nothing has an id with a NUL in it. */
export const checkQuery = createMiddleware<Env>(async (c, next) => {
  if (c.req.path.includes('\u0000')) throw new ApiError(404, 'not_found', 'there is nothing at this address');
  for (const [name, value] of Object.entries(c.req.query())) checkString(name, value);
  return next();
});

/** What a schema refuses, as the answer that names the field and the rule. */
export function refuse(error: z.core.$ZodError): ApiError {
  const issue = deepest(error.issues);
  if (!issue) return badField('body', 'the request is not understood');
  if (issue.code === 'unrecognized_keys') {
    const field = [...issue.path, issue.keys[0]].map(String).join('.');
    return new ApiError(400, 'unknown_field', `${field} is not a field of this request`, field);
  }
  const param = issue.path.map(String).join('.') || 'body';
  const missing = issue.code === 'invalid_type' && issue.message.endsWith('received undefined');
  const rule = missing ? 'is required' : issue.message.replace(/^Invalid input: /, '');
  const message = rule.startsWith(param) ? rule : missing ? `${param} ${rule}` : `${param}: ${rule}`;
  return badField(param, message);
}

/** Of a union, the branch that came furthest says best what is wrong. */
function deepest(issues: readonly z.core.$ZodIssue[]): z.core.$ZodIssue | undefined {
  const [issue] = issues;
  if (issue?.code !== 'invalid_union') return issue;
  const branch = issue.errors.find((errors) => errors.some((one) => one.code !== 'invalid_type')) ?? issue.errors[0];
  const inner = branch && deepest(branch);
  return inner ? { ...inner, path: [...issue.path, ...inner.path] } : issue;
}
