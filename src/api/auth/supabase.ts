import { createRemoteJWKSet, decodeProtectedHeader, errors, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { z } from 'zod';
import { ApiError } from '#api/errors.ts';
import type { People } from '#store/people/people.ts';
import type { Person } from './accounts.ts';

/** People who are signed in at a Supabase project, by the access tokens that it gives out. */
export type Supabase = {
  /** Null = the token is not right, or its person may not come in. */
  personOf(token: string): Promise<Person | null>;
};

export type SupabaseOptions = {
  /** Of the project, without a slash at the end. */
  url: string;
  /** The older, shared secret of the project; without it only its public keys count. */
  secret: string | null;
  /** Who was never seen becomes a member. */
  join: boolean;
  people: Pick<People, 'ofToken'>;
};

const publicAlgorithms = ['ES256', 'RS256', 'EdDSA'];
const clockSkewSeconds = 5;
/** As GoTrue writes them. Its anonymous visitors, and the keys of the project itself, are nobody here. */
const claimsSchema = z.object({
  sub: z.uuid(),
  email: z.string().max(254).catch(''),
  is_anonymous: z.literal(false).optional(),
  user_metadata: z.object({ full_name: z.string().optional(), name: z.string().optional() }).catch({}),
});

/** Verified here: the signature by the project's public keys or its secret, never one in the place of the other. */
export function createSupabase({ url, secret, join, people }: SupabaseOptions): Supabase {
  const issuer = `${url}/auth/v1`;
  const publicKeys = createRemoteJWKSet(new URL(`${issuer}/.well-known/jwks.json`), { timeoutDuration: 3_000 });
  const secretKey = secret === null ? null : new TextEncoder().encode(secret);
  const expected = {
    issuer,
    audience: 'authenticated',
    clockTolerance: clockSkewSeconds,
    requiredClaims: ['exp', 'sub'],
  };

  async function verify(token: string) {
    if (decodeProtectedHeader(token).alg !== 'HS256')
      return jwtVerify(token, publicKeysOr503(publicKeys), { ...expected, algorithms: publicAlgorithms });
    return secretKey && jwtVerify(token, secretKey, { ...expected, algorithms: ['HS256'] });
  }

  return {
    async personOf(token) {
      try {
        const verified = await verify(token);
        const claims = claimsSchema.safeParse(verified?.payload);
        if (!claims.success) return null;
        const { sub, user_metadata: about } = claims.data;
        const email = claims.data.email.toLowerCase() || `${sub}@supabase.invalid`;
        const name = (about.full_name ?? about.name ?? email.split('@')[0] ?? email).slice(0, 100);
        const found = await people.ofToken({ id: sub, email, name }, join);
        return found && { ...found, name, email };
      } catch (error) {
        if (error instanceof errors.JOSEError || error instanceof TypeError) return null;
        throw error;
      }
    },
  };
}

/** A project that cannot be reached says nothing about the token. */
const publicKeysOr503 =
  (keys: JWTVerifyGetKey): JWTVerifyGetKey =>
  async (header, token) => {
    try {
      return await keys(header, token);
    } catch (error) {
      const isVerdict = error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys;
      if (isVerdict || error instanceof errors.JOSENotSupported) throw error;
      throw new ApiError(503, 'identity_unavailable', 'the keys of the Supabase project cannot be read now', null, {
        'retry-after': '5',
      });
    }
  };
