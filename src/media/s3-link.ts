import type { S3Client } from '@aws-sdk/client-s3';
import { S3RequestPresigner } from '@aws-sdk/s3-request-presigner';

export type LinkOptions = {
  /** `https://host[:port]`, as whoever follows the link reaches it; null = AWS's own. */
  endpoint: string | null;
  region: string;
  bucket: string;
  /** The bucket is part of the path instead of the host. */
  pathStyle: boolean;
};

type Signer = Pick<S3Client['config'], 'credentials' | 'sha256'>;

/** A GET that is signed for a while, Range included: its signature covers the host and the query, and nothing else. */
export async function signedLink(
  { credentials, sha256 }: Signer,
  place: LinkOptions,
  key: string,
  { query, seconds, at }: { query: Record<string, string>; seconds: number; at: Date },
): Promise<string> {
  const { region, bucket, pathStyle } = place;
  const base = baseOf(place);
  const directory = base.pathname.replace(/\/$/, '');
  const path = `${directory}${pathStyle ? `/${bucket}` : ''}/${key.split('/').map(encodeURIComponent).join('/')}`;
  const presigner = new S3RequestPresigner({ credentials, region, sha256 });
  const signed = await presigner.presign(
    {
      method: 'GET',
      protocol: base.protocol,
      hostname: base.hostname,
      ...(base.port && { port: Number(base.port) }),
      path,
      query,
      headers: { host: base.host },
    },
    { expiresIn: seconds, signingDate: at },
  );
  const link = new URL(`${base.origin}${path}`);
  // Percent-encoded as it was signed: a form's plus for a space would break the signature.
  link.search = Object.entries(signed.query ?? {})
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`)
    .join('&');
  return link.href;
}

/** Where every link leads: what a page must be allowed to play from. */
export const linkOrigin = (place: LinkOptions): string => baseOf(place).origin;

function baseOf({ endpoint, region, bucket, pathStyle }: LinkOptions): URL {
  const host = regionalHost(region);
  const base = new URL(endpoint ?? (pathStyle ? `https://${host}` : `https://${bucket}.${host}`));
  if (endpoint && !pathStyle) base.hostname = `${bucket}.${base.hostname}`;
  return base;
}

const regionalHost = (region: string) => (region === 'us-east-1' ? 's3.amazonaws.com' : `s3.${region}.amazonaws.com`);
