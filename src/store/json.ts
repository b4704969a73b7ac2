import type { Json } from '#video/video.ts';

/** What PostgreSQL's text cannot hold, as JSON.stringify writes it: U+0000 and lone surrogates. */
const unstorable = /\\u0000|\\ud[89a-f]/;

/** JSON for a `jsonb` parameter. */
export function toJson(value: unknown): string {
  const text = JSON.stringify(value);
  return unstorable.test(text) ? JSON.stringify(clean(JSON.parse(text) as Json)) : text;
}

/** A copy in which every string and key can be stored: U+0000 removed, lone surrogates replaced. */
function clean(value: Json): Json {
  if (typeof value === 'string') return cleanText(value);
  if (Array.isArray(value)) return value.map(clean);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [cleanText(key), clean(inner)]));
}

export const cleanText = (text: string): string => text.replaceAll('\0', '').toWellFormed();
