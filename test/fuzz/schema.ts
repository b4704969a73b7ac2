import fc, { type Arbitrary } from 'fast-check';

/** The part of JSON Schema that our OpenAPI document uses. */
export type Schema = {
  type?: string | string[];
  enum?: unknown[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
  items?: Schema;
  minItems?: number;
  maxItems?: number;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  pattern?: string;
  format?: string;
};

/** Ids that lead somewhere, and names that do: what a valid request would say where its schema says only "text". */
export type Known = Record<string, readonly string[]>;

/** Long enough for any limit to be passed by what is broken, not by what is valid. */
const longestText = 40;

/** Values that the schema admits. Addresses lead to this machine alone, where nobody listens. */
export function valid(schema: Schema, known: Known, name = ''): Arbitrary<unknown> {
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const branches = schema.anyOf ?? schema.oneOf;
  if (branches) return fc.oneof(...branches.map((branch) => valid(branch, known, name)));
  if (Array.isArray(schema.type))
    return fc.oneof(...schema.type.map((type) => valid({ ...schema, type }, known, name)));
  switch (schema.type) {
    case 'string':
      return text(schema, known, name);
    case 'integer':
      return fc.integer({ min: schema.minimum ?? -1_000, max: Math.min(schema.maximum ?? 1_000, 2 ** 31 - 1) });
    case 'number':
      return fc.double({ min: schema.minimum ?? -1_000, max: schema.maximum ?? 1_000, noNaN: true });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array':
      return fc.array(valid(schema.items ?? {}, known, name), {
        minLength: schema.minItems ?? 0,
        maxLength: Math.min(schema.maxItems ?? 4, 4),
      });
    case 'object':
      return object(schema, known);
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

function object({ properties = {}, required = [], additionalProperties }: Schema, known: Known): Arbitrary<unknown> {
  const fields = Object.entries(properties).map(([key, field]) => [key, valid(field, known, key)] as const);
  const named = fc.record(Object.fromEntries(fields), { requiredKeys: required });
  if (!additionalProperties) return named;
  const more = typeof additionalProperties === 'object' ? additionalProperties : {};
  const others = fc.dictionary(freeText(0, 10), valid(more, known), { maxKeys: 3 });
  return fc.tuple(others, named).map(([extra, own]) => ({ ...extra, ...(own as object) }));
}

function text(schema: Schema, known: Known, name: string): Arbitrary<string> {
  if (schema.pattern) return fc.stringMatching(new RegExp(schema.pattern, 'u'));
  if (schema.format === 'email') return fc.emailAddress();
  if (schema.format === 'uri' || /url$/.test(name)) return fc.constantFrom(...addresses);
  const minLength = schema.minLength ?? 0;
  const free = freeText(minLength, Math.max(minLength, Math.min(schema.maxLength ?? longestText, longestText)));
  const familiar = known[name];
  return familiar ? fc.oneof(fc.constantFrom(...familiar), free) : free;
}

const freeTexts = new Map<string, Arbitrary<string>>();
/** Made once for each length: it takes a while to index all the graphemes. */
function freeText(minLength: number, maxLength: number): Arbitrary<string> {
  const length = `${minLength}-${maxLength}`;
  const text = freeTexts.get(length) ?? fc.string({ minLength, maxLength, unit: 'grapheme' });
  freeTexts.set(length, text);
  return text;
}

const addresses = [
  'https://127.0.0.1:1/a',
  'http://127.0.0.1:1/a?key=value',
  'https://[::1]:1/',
  'https://169.254.169.254/latest/meta-data/',
  'http://user:word@127.0.0.1:1/',
  'file:///etc/passwd',
  'data:image/png;base64,iVBORw0KGgo=',
  'data:text/html,<script>',
  'https://',
];

/** What has broken programs before. */
export const hostileTexts: readonly string[] = [
  '',
  ' ',
  '\u0000',
  'a\u0000b',
  '\ud800',
  '\u202efdp.exe',
  '../../../../etc/passwd',
  '..%2f..%2fetc%2fpasswd',
  '%00',
  '%',
  '%c0%ae%c0%ae/',
  '\\\\server\\share',
  'C:\\windows',
  "' OR 1=1 --",
  '"; DROP TABLE videos; --',
  '{{7*7}}',
  '$'.concat('{jndi:ldap://127.0.0.1:1/a}'),
  '<script>alert(1)</script>',
  '=HYPERLINK("http://127.0.0.1:1")',
  '__proto__',
  'constructor',
  'toString',
  'NaN',
  '-0',
  '1e999',
  '9'.repeat(400),
  '٣',
  'x'.repeat(100_000),
  '🦊'.repeat(5_000),
  'a\r\nset-cookie: a=b',
];

const hostileValues: Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(...hostileTexts),
  fc.constantFrom<unknown>(null, true, 0, -1, 1.5, 1e308, 2 ** 53, -(2 ** 63), [], {}, [[]], { $gt: '' }),
  fc.constant(nested(40)),
  fc.jsonValue({ maxDepth: 4 }),
  fc.array(fc.nat(0x10ffff), { maxLength: 60 }).map((points) => String.fromCodePoint(...points)),
);

/** A valid value with something wrong in it: a field replaced, dropped or added; or something else altogether. */
export const broken = (from: Arbitrary<unknown>): Arbitrary<unknown> =>
  fc.oneof(
    { weight: 6, arbitrary: fc.tuple(from, fc.nat(), hostileValues, fc.nat(2)).map(spoil) },
    { weight: 1, arbitrary: hostileValues },
  );

function spoil([value, which, bad, how]: [unknown, number, unknown, number]): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return bad;
  const copy: Record<string, unknown> = Object.fromEntries(Object.entries(value));
  const names = Object.keys(copy);
  const name = names[which % Math.max(1, names.length)] ?? 'extra';
  if (how === 0)
    Object.defineProperty(copy, hostileTexts[which % hostileTexts.length] ?? 'x', { value: bad, enumerable: true });
  else if (how === 1) delete copy[name];
  else copy[name] = bad;
  return copy;
}

function nested(depth: number): unknown {
  return depth === 0 ? 'deep' : { a: nested(depth - 1) };
}
