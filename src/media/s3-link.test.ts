import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { linkOrigin, signedLink } from './s3-link.ts';

/** As the SDK's configuration hands it out. */
class Sha256 {
  readonly #hash: Hash | Hmac;
  constructor(secret?: string | Uint8Array) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret);
  }
  update(data: Uint8Array): void {
    this.#hash.update(data);
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
  reset(): void {}
}

const signer = {
  sha256: Sha256,
  credentials: async () => ({
    accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
    secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  }),
} as unknown as Parameters<typeof signedLink>[0];
const place = { endpoint: null, region: 'us-east-1', bucket: 'examplebucket', pathStyle: false };
const at = new Date('2013-05-24T00:00:00Z');

/** Signature Version 4 of a GET without a body, written down from its specification. */
function signature(host: string, path: string, query: [string, string][], day: string, time: string): string {
  const sha = (text: string) => createHash('sha256').update(text).digest('hex');
  const mac = (secret: string | Buffer, text: string) => createHmac('sha256', secret).update(text).digest();
  const encoded = query.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).sort();
  const canonical = ['GET', path, encoded.join('&'), `host:${host}`, '', 'host', 'UNSIGNED-PAYLOAD'].join('\n');
  const scope = `${day}/us-east-1/s3/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', time, scope, sha(canonical)].join('\n');
  const steps = [day, 'us-east-1', 's3', 'aws4_request', text];
  const first: string | Buffer = 'AWS4wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
  return steps.reduce<string | Buffer>((secret, step) => mac(secret, step), first).toString('hex');
}

test('a link is signed as AWS’s documented example is', async () => {
  // https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
  const documented: [string, string][] = [
    ['X-Amz-Algorithm', 'AWS4-HMAC-SHA256'],
    ['X-Amz-Credential', 'AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request'],
    ['X-Amz-Date', '20130524T000000Z'],
    ['X-Amz-Expires', '86400'],
    ['X-Amz-SignedHeaders', 'host'],
  ];
  const host = 'examplebucket.s3.amazonaws.com';
  expect(signature(host, '/test.txt', documented, '20130524', '20130524T000000Z')).toBe(
    'aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404',
  );

  const query = { 'response-content-disposition': 'inline; filename="a fox.mp4"' };
  const url = new URL(await signedLink(signer, place, 'test.txt', { query, seconds: 86_400, at }));
  expect(url.origin + url.pathname).toBe(`https://${host}/test.txt`);
  const { 'X-Amz-Signature': signed, ...rest } = Object.fromEntries(url.searchParams);
  // The SDK says beside it that the (empty) body is not signed.
  expect(rest).toEqual({ ...Object.fromEntries(documented), 'X-Amz-Content-Sha256': 'UNSIGNED-PAYLOAD', ...query });
  expect(signed).toBe(signature(host, '/test.txt', Object.entries(rest), '20130524', '20130524T000000Z'));
});

test.each([
  [{ ...place, region: 'eu-west-1' }, 'https://examplebucket.s3.eu-west-1.amazonaws.com/a/b'],
  [{ ...place, pathStyle: true }, 'https://s3.amazonaws.com/examplebucket/a/b'],
  [
    { ...place, endpoint: 'https://x.r2.cloudflarestorage.com', pathStyle: true },
    'https://x.r2.cloudflarestorage.com/examplebucket/a/b',
  ],
  [
    { ...place, endpoint: 'https://x.supabase.co/storage/v1/s3', pathStyle: true },
    'https://x.supabase.co/storage/v1/s3/examplebucket/a/b',
  ],
  [{ ...place, endpoint: 'http://127.0.0.1:9000', pathStyle: true }, 'http://127.0.0.1:9000/examplebucket/a/b'],
  [{ ...place, endpoint: 'https://objects.example.com' }, 'https://examplebucket.objects.example.com/a/b'],
])('a link to %j begins with %s', async (where, start) => {
  const link = await signedLink(signer, where, 'a/b', { query: {}, seconds: 60, at });
  expect(link.startsWith(`${start}?X-Amz-`)).toBe(true);
});

test.each([
  [place, 'https://examplebucket.s3.amazonaws.com'],
  [{ ...place, region: 'eu-west-1', pathStyle: true }, 'https://s3.eu-west-1.amazonaws.com'],
  [{ ...place, endpoint: 'https://s3.example:8443/base' }, 'https://examplebucket.s3.example:8443'],
  [{ ...place, endpoint: 'http://127.0.0.1:9000', pathStyle: true }, 'http://127.0.0.1:9000'],
])('every link into %j has the origin that pages may play from', async (where, origin) => {
  const link = await signedLink(signer, where, 'video_1/attempt_1/clip', { query: {}, seconds: 60, at });
  expect([new URL(link).origin, linkOrigin(where)]).toEqual([origin, origin]);
});
