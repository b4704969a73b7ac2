import { createHash } from 'node:crypto';
import type { JsonObject, Request } from '#video/video.ts';

export type Encoding = 'multipart' | 'json';
export type InputFile = { bytes: Uint8Array; contentType: string; name: string };
export type Encoded = { contentType: string; body: Uint8Array };

type Fields = JsonObject;

/**
 * The create's bytes. The same request and key give the same bytes: a server that deduplicates may compare them.
 * Multipart is what the official SDKs send, and all that vLLM-Omni reads; LLMGateway reads only JSON with a number
 * for `seconds`.
 */
export function encode(request: Request, files: InputFile[], key: string, encoding: Encoding): Encoded {
  const { model, prompt, seconds, size, seed, settings } = request;
  const own = { ...(model !== null && { model }), prompt, size, ...(seed !== null && { seed }) };
  if (encoding === 'json') {
    const [file] = files;
    const reference = file && {
      input_reference: { image_url: `data:${file.contentType};base64,${Buffer.from(file.bytes).toString('base64')}` },
    };
    const body = JSON.stringify({ ...settings, ...own, seconds, ...reference });
    return { contentType: 'application/json', body: Buffer.from(body) };
  }
  return multipart({ ...settings, ...own, seconds: String(seconds) }, files, key);
}

function multipart(fields: Fields, files: InputFile[], key: string): Encoded {
  const boundary = `dailies-${createHash('sha256').update(key).digest('hex').slice(0, 40)}`;
  const parts: Uint8Array[] = [];
  const part = (headers: string, content: Uint8Array | string) =>
    parts.push(Buffer.from(`--${boundary}\r\n${headers}\r\n\r\n`), Buffer.from(content), Buffer.from('\r\n'));
  for (const [name, value] of flatten(fields)) part(`Content-Disposition: form-data; name="${quote(name)}"`, value);
  for (const { name, contentType, bytes } of files) {
    part(
      `Content-Disposition: form-data; name="input_reference"; filename="${quote(name)}"\r\nContent-Type: ${contentType}`,
      bytes,
    );
  }
  parts.push(Buffer.from(`--${boundary}--\r\n`));
  return { contentType: `multipart/form-data; boundary=${boundary}`, body: Buffer.concat(parts) };
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
