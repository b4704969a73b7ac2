import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';

/** Makes keys unreadable for whoever reads the rows. */
export type Seal = {
  /** Which secret it seals with; tells nothing of it. */
  keyId: string;
  /** `boundTo` = what it belongs to: in another place it does not open. */
  close(text: string, boundTo: string): string;
  /** Null = sealed with a secret that is not known here, bound to something else, or tampered with. */
  open(sealed: string, keyId: string, boundTo: string): string | null;
};

const ivBytes = 12;
const tagBytes = 16;
const purpose = 'dailies provider keys v1';

/** AES-256-GCM under a key that HKDF derives from the installation's secret; previous secrets only open. */
export function createSeal(secret: string, previous: readonly string[] = []): Seal {
  const present = keyOf(secret);
  const known = new Map([...previous.map(keyOf), present].map((key) => [key.id, key.bytes]));
  return {
    keyId: present.id,
    close(text, boundTo) {
      const iv = randomBytes(ivBytes);
      const cipher = createCipheriv('aes-256-gcm', present.bytes, iv).setAAD(Buffer.from(boundTo));
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64url');
    },
    open(sealed, keyId, boundTo) {
      const key = known.get(keyId);
      const bytes = Buffer.from(sealed, 'base64url');
      if (!key || bytes.length < ivBytes + tagBytes) return null;
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, ivBytes), { authTagLength: tagBytes })
        .setAAD(Buffer.from(boundTo))
        .setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes));
      try {
        return decipher.update(bytes.subarray(ivBytes + tagBytes), undefined, 'utf8') + decipher.final('utf8');
      } catch {
        return null;
      }
    },
  };
}

function keyOf(secret: string): { id: string; bytes: Buffer } {
  const bytes = Buffer.from(hkdfSync('sha256', secret, '', purpose, 32));
  return { id: createHash('sha256').update(bytes).digest('hex').slice(0, 12), bytes };
}
