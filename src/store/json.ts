/** What PostgreSQL's text cannot hold, as JSON.stringify writes it: U+0000 and lone surrogates. */
const unstorable = /\\u0000|\\ud[89a-f]/;

/** JSON for a `jsonb` parameter. */
export function toJson(value: unknown): string {
  const text = JSON.stringify(value);
  return unstorable.test(text) ? JSON.stringify(clean(JSON.parse(text))) : text;
}

const ordinary = { enumerable: true, configurable: true, writable: true };

/** A deep copy in which every string and key can be stored: U+0000 removed, lone surrogates replaced. */
export function clean<T>(value: T): T;
export function clean(value: unknown): unknown {
  if (typeof value === 'string') return cleanText(value);
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((inner) => clean(inner));
  if (value instanceof Date) return new Date(value);
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    const inner = (value as typeof copy)[key];
    // Assigning to it would change the prototype.
    if (key === '__proto__') Object.defineProperty(copy, key, { value: clean(inner), ...ordinary });
    else if (inner !== undefined) copy[cleanText(key)] = clean(inner);
  }
  return copy;
}

export const cleanText = (text: string): string =>
  text.isWellFormed() && !text.includes('\0') ? text : text.replaceAll('\0', '').toWellFormed();
