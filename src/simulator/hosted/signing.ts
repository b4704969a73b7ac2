import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';

type Kept = { fal: string; replicate: string };

/** The keys that webhooks are signed with. They survive a restart: a receiver may keep the public one for a day. */
export type Signing = {
  /** Headers of a fal webhook: ed25519 over request id, user id, time and the body's hash. */
  fal: (requestId: string, body: string, atMs: number) => Record<string, string>;
  falKeys: () => { keys: object[] };
  /** Headers of a Standard Webhooks message. */
  replicate: (messageId: string, body: string, atMs: number) => Record<string, string>;
  replicateSecret: () => string;
};

const userId = 'user_simulator';

export function openSigning(dataDir: string): Signing {
  let kept: Kept | undefined;
  const keys = (): Kept => (kept ??= readOrMake(join(dataDir, 'webhook-keys.json')));
  return {
    fal: (requestId, body, atMs) => {
      const seconds = String(Math.floor(atMs / 1000));
      const hash = createHash('sha256').update(body).digest('hex');
      const message = Buffer.from([requestId, userId, seconds, hash].join('\n'));
      return {
        'x-fal-webhook-request-id': requestId,
        'x-fal-webhook-user-id': userId,
        'x-fal-webhook-timestamp': seconds,
        'x-fal-webhook-signature': sign(null, message, createPrivateKey(keys().fal)).toString('hex'),
      };
    },
    falKeys: () => ({ keys: [{ ...createPublicKey(keys().fal).export({ format: 'jwk' }), kid: 'simulator' }] }),
    replicate: (messageId, body, atMs) => ({
      'webhook-id': messageId,
      'webhook-timestamp': String(Math.floor(atMs / 1000)),
      'webhook-signature': new Webhook(keys().replicate).sign(messageId, new Date(atMs), body),
    }),
    replicateSecret: () => keys().replicate,
  };
}

function readOrMake(path: string): Kept {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
  const { privateKey } = generateKeyPairSync('ed25519');
  const made: Kept = {
    fal: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
    replicate: `whsec_${randomBytes(24).toString('base64')}`,
  };
  writeFileSync(path, JSON.stringify(made), { mode: 0o600 });
  return made;
}
