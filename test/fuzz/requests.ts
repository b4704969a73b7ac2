import fc, { type Arbitrary } from 'fast-check';
import { broken, hostileTexts, type Known, type Schema, valid } from './schema.ts';

export type Operation = {
  method: string;
  /** With `{names}` where the parameters go. */
  path: string;
  parameters: { name: string; in: string; required?: boolean; schema: Schema }[];
  /** By content type. */
  bodies: Record<string, Schema>;
};

type Described = {
  parameters?: Operation['parameters'];
  requestBody?: { content: Record<string, { schema: Schema }> };
};
export type Document = { paths: Record<string, Record<string, Described>> };

export const operationsOf = ({ paths }: Document): Operation[] =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { parameters = [], requestBody }]) => ({
      method: method.toUpperCase(),
      path,
      parameters,
      bodies: Object.fromEntries(
        Object.entries(requestBody?.content ?? {}).map(([type, { schema }]) => [type, schema]),
      ),
    })),
  );

export type FuzzedRequest = {
  method: string;
  path: string;
  /** Who asks. */
  as: string;
  headers: Record<string, string>;
  body: string | FormData | Uint8Array<ArrayBuffer> | null;
};

/** Requests for one operation, valid and broken in every part that a client writes. */
export function requestsFor(operation: Operation, known: Known, people: readonly string[]): Arbitrary<FuzzedRequest> {
  return fc
    .record({
      method: fc.oneof(
        { weight: 30, arbitrary: fc.constant(operation.method) },
        { weight: 1, arbitrary: fc.constantFrom('HEAD', 'OPTIONS', 'PUT', 'PATCH', 'DELETE', 'POST', 'GET') },
      ),
      path: pathOf(operation, known),
      query: queryOf(operation, known),
      as: fc.constantFrom(...people),
      headers: headers(),
      content: contentOf(operation, known),
    })
    .map(({ path, query, content, method, ...rest }) => {
      const bare = method === 'GET' || method === 'HEAD';
      return {
        ...rest,
        method,
        path: path + query,
        headers: { ...rest.headers, ...(content.type !== null && !bare && { 'content-type': content.type }) },
        body: bare ? null : content.body,
      };
    });
}

const hostileText = fc.constantFrom(...hostileTexts);
/** A lone half of a pair has no percent-encoding. */
const encoded = (text: string) => encodeURIComponent(text.toWellFormed()).slice(0, 2_000);

function pathOf({ path, parameters }: Operation, known: Known): Arbitrary<string> {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '');
  const parts = names.map((name) => {
    const schema = parameters.find((one) => one.in === 'path' && one.name === name)?.schema ?? { type: 'string' };
    return fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...(known[name] ?? ['x'])) },
      { weight: 1, arbitrary: valid(schema, known, name).map((value) => encoded(String(value)) || '%20') },
      { weight: 1, arbitrary: hostileText.map((text) => encoded(text) || '%20') },
      // As they stand, for whoever decodes twice or not at all.
      { weight: 1, arbitrary: fc.constantFrom('..%2f..%2fx', '%2e%2e', '%00', '%', '%zz', '%ff', '.', '..', '\\..\\') },
    );
  });
  return fc
    .tuple(...parts)
    .map((values) => names.reduce((at, name, i) => at.replace(`{${name}}`, () => values[i] ?? ''), path));
}

function queryOf({ parameters }: Operation, known: Known): Arbitrary<string> {
  const named = parameters.filter((one) => one.in === 'query');
  const asText = (value: unknown) => encoded(typeof value === 'string' ? value : JSON.stringify(value));
  const right = fc.record(
    Object.fromEntries(named.map(({ name, schema }) => [name, valid(schema, known, name).map(asText)])),
    { requiredKeys: named.filter(({ required }) => required).map(({ name }) => name) },
  );
  const wrong = fc.dictionary(
    fc.constantFrom('extra', '__proto__', 'token', 'after', ...named.map(({ name }) => name)),
    fc.oneof(hostileText.map(encoded), fc.constantFrom('%', '%ff', '%00', '[]=1')),
    { maxKeys: 3 },
  );
  return fc
    .oneof({ weight: 2, arbitrary: right }, { weight: 1, arbitrary: wrong }, { weight: 1, arbitrary: fc.constant({}) })
    .map((fields) => {
      const text = Object.entries(fields as Record<string, string>)
        .map(([name, value]) => `${name}=${value}`)
        .join('&');
      return text && `?${text}`;
    });
}

/** Any byte that HTTP lets through. */
const headerText = fc.oneof(
  fc.string({ unit: 'grapheme-ascii', maxLength: 40 }).map((text) => text.trim()),
  fc.constantFrom('', '0', '-1', 'NaN', '9'.repeat(300), 'é\u00ff', '"', '*', 'a,b,,c', ';;;', 'x'.repeat(5_000)),
);

const headers = (): Arbitrary<Record<string, string>> =>
  fc.dictionary(
    fc.constantFrom(
      'idempotency-key',
      'x-stainless-retry-count',
      'range',
      'if-range',
      'if-none-match',
      'last-event-id',
      'accept',
      'accept-encoding',
      'content-encoding',
      'origin',
      'sec-fetch-site',
      'x-forwarded-for',
      'x-forwarded-host',
      'x-forwarded-proto',
      'host',
      'cookie',
      'authorization',
      'webhook-id',
      'webhook-timestamp',
      'webhook-signature',
    ),
    fc.oneof(
      { weight: 2, arbitrary: headerText },
      {
        weight: 1,
        arbitrary: fc.constantFrom('bytes=0-0', 'bytes=5-1', 'bytes=-0', 'bytes=99999999999-', 'Bearer ', 'gzip'),
      },
    ),
    { maxKeys: 2 },
  );

type Content = { type: string | null; body: FuzzedRequest['body'] };

function contentOf({ bodies }: Operation, known: Known): Arbitrary<Content> {
  const described = Object.entries(bodies).flatMap(([type, schema]) => {
    const right = valid(schema, known);
    const json = /json/.test(type);
    const write = json ? asJson : /multipart/.test(type) ? asForm : asFile;
    return [
      { weight: 5, arbitrary: right.map(write) },
      { weight: 5, arbitrary: broken(right).map(write) },
      // The right words in the wrong coat.
      { weight: 1, arbitrary: right.map((value) => ({ ...asJson(value), type: 'text/plain' })) },
    ];
  });
  const anyBody: Arbitrary<Content> = fc.record({
    type: fc.constantFrom(
      null,
      'application/json',
      'multipart/form-data',
      'multipart/form-data; boundary=x',
      'text/plain',
      'a',
    ),
    body: fc.oneof(
      fc.constant(null),
      fc.constantFrom('{', '[]', 'null', '0', '""', '{"a":1e999}', '--x\r\n\r\n', '--x--', '{"__proto__":{"a":1}}'),
      fc.uint8Array({ maxLength: 200 }).map((bytes) => new Uint8Array(bytes)),
    ),
  });
  return fc.oneof(
    ...described,
    { weight: 2, arbitrary: anyBody },
    { weight: 1, arbitrary: fc.constant({ type: null, body: null }) },
  );
}

const asJson = (value: unknown): Content => ({ type: 'application/json', body: JSON.stringify(value) ?? '' });

const png = Buffer.from('89504e470d0a1a0a0000000d', 'hex');

/** The boundary names itself in the content type. */
function asForm(value: unknown): Content {
  const form = new FormData();
  const fields: [string, unknown][] =
    typeof value === 'object' && value !== null ? Object.entries(value) : [['value', value]];
  for (const [name, field] of fields) {
    if (name === 'file' || name === 'input_reference' || name === 'video')
      form.append(name, new File([png], `${textOf(field).slice(0, 20)}.png`));
    if (typeof field === 'object' && field !== null) {
      for (const [inner, one] of Object.entries(field)) form.append(`${name}[${inner}]`, textOf(one));
    } else {
      form.append(name, textOf(field));
    }
  }
  return { type: null, body: form };
}

const asFile = (value: unknown): Content => ({
  type: 'image/png',
  body: new Uint8Array([...png, ...Buffer.from(textOf(value).slice(0, 50))]),
});

/** Of any value: one made of JSON may say that its `toString` is a number. */
const textOf = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));
