import { createHash } from 'node:crypto';
import type { JsonObject, Request } from '#video/video.ts';

export type Encoding = 'multipart' | 'json';
export type InputFile = { bytes: Uint8Array; contentType: string; name: string };
/** A video that is too large for memory; its bytes lie on this machine's disk, so that none is missing half-way. */
export type LargeFile = { blob: Blob; contentType: string; name: string };
export type Encoded = { contentType: string; body: Uint8Array | Blob };

type Fields = JsonObject;
type From = NonNullable<Request['from']>;

/**
 * The create's bytes. The same request and key give the same bytes: a server that deduplicates may compare them.
 * Multipart is what the official SDKs send, and all that vLLM-Omni reads; LLMGateway reads only JSON with a number
 * for `seconds`.
 */
export function encode(
  request: Request,
  files: InputFile[],
  key: string,
  encoding: Encoding,
): Encoded & { body: Uint8Array };
export function encode(request: Request, files: (InputFile | LargeFile)[], key: string, encoding: Encoding): Encoded;
export function encode(request: Request, files: (InputFile | LargeFile)[], key: string, encoding: Encoding): Encoded {
  const { model, prompt, seconds, size, seed, settings, from, characters } = request;
  if (from) return derived(request, from, files, key);
  const own = {
    ...(model !== null && { model }),
    prompt,
    size,
    ...(seed !== null && { seed }),
    ...(characters && { characters: characters.map((id) => ({ id })) }),
  };
  if (encoding === 'json') {
    const [file] = files;
    if (file && 'blob' in file) throw new Error('a file of this size does not go into JSON');
    const reference = file && {
      input_reference: { image_url: `data:${file.contentType};base64,${Buffer.from(file.bytes).toString('base64')}` },
    };
    const body = JSON.stringify({ ...settings, ...own, seconds, ...reference });
    return { contentType: 'application/json', body: Buffer.from(body) };
  }
  return multipart({ ...settings, ...own, seconds: String(seconds) }, files, key);
}

/** As the official SDKs write them: a remix in JSON, everything else as a form. */
function derived(
  { model, prompt, settings }: Request,
  from: From,
  files: (InputFile | LargeFile)[],
  key: string,
): Encoded {
  const { operation, upstreamId, addedSeconds } = from;
  if (operation === 'remix') {
    return { contentType: 'application/json', body: Buffer.from(JSON.stringify({ ...settings, prompt })) };
  }
  const source: Fields = upstreamId === null ? { ...(model !== null && { model }) } : { video: { id: upstreamId } };
  const length: Fields = addedSeconds === undefined ? {} : { seconds: String(addedSeconds) };
  return multipart({ ...settings, prompt, ...source, ...length }, files, key, 'video');
}

/** Somebody, and the video in which he is seen. */
export const encodeCharacter = (name: string, video: InputFile | LargeFile, key: string): Encoded =>
  multipart({ name }, [video], key, 'video');

function multipart(
  fields: Fields,
  files: (InputFile | LargeFile)[],
  key: string,
  fileField = 'input_reference',
): Encoded {
  const boundary = `dailies-${createHash('sha256').update(key).digest('hex').slice(0, 40)}`;
  const parts: (Buffer<ArrayBuffer> | Blob)[] = [];
  const part = (headers: string, content: Uint8Array | Blob | string) => {
    const inner = content instanceof Blob ? content : Buffer.from(content as string);
    parts.push(Buffer.from(`--${boundary}\r\n${headers}\r\n\r\n`), inner, Buffer.from('\r\n'));
  };
  for (const [name, value] of flatten(fields)) part(`Content-Disposition: form-data; name="${quote(name)}"`, value);
  for (const file of files) {
    const disposition = `form-data; name="${fileField}"; filename="${quote(file.name)}"`;
    const headers = `Content-Disposition: ${disposition}\r\nContent-Type: ${file.contentType}`;
    part(headers, 'blob' in file ? file.blob : file.bytes);
  }
  parts.push(Buffer.from(`--${boundary}--\r\n`));
  const inMemory = parts.filter((one): one is Buffer<ArrayBuffer> => !(one instanceof Blob));
  const body = inMemory.length === parts.length ? Buffer.concat(inMemory) : new Blob(parts);
  return { contentType: `multipart/form-data; boundary=${boundary}`, body };
}

/** Nested values travel as `a[b]` and `a[]`, as the official SDKs send them; null is left out. */
function* flatten(value: Fields, prefix = ''): Generator<[string, string]> {
  for (const [key, one] of Object.entries(value)) {
    const name = prefix ? `${prefix}[${key}]` : key;
    if (Array.isArray(one)) {
      for (const item of one) yield* flatten({ '': item }, name);
    } else if (typeof one === 'object' && one !== null) {
      yield* flatten(one, name);
    } else if (one !== null) {
      yield [name, String(one)];
    }
  }
}

/** As browsers escape field names (WHATWG HTML, multipart/form-data encoding). */
const quote = (name: string) => name.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
