import { createHmac, timingSafeEqual } from 'node:crypto';

export type SignedLinks = {
  /** A token that opens this one video, read only, for at most an hour. */
  sign(videoId: string, now: Date): string;
  verify(videoId: string, token: string, now: Date): boolean;
};

const lifeMs = 3_600_000;
/** Tokens made within ten minutes are equal: a new one in every live message would make players load the clip anew. */
const stepMs = 600_000;

/** Links that need no session: `expiry in base 36 . HMAC-SHA256 over purpose, video and expiry`. */
export function createSignedLinks(secret: string): SignedLinks {
  const mac = (videoId: string, expiry: string) =>
    createHmac('sha256', secret).update(`video-link\n${videoId}\n${expiry}`).digest();
  return {
    sign(videoId, now) {
      const expiry = (Math.floor(now.getTime() / stepMs) * stepMs + lifeMs).toString(36);
      return `${expiry}.${mac(videoId, expiry).toString('base64url')}`;
    },
    verify(videoId, token, now) {
      const match = /^([0-9a-z]{1,12})\.([A-Za-z0-9_-]{43})$/.exec(token);
      if (!match?.[1] || !match[2]) return false;
      const given = Buffer.from(match[2], 'base64url');
      return timingSafeEqual(given, mac(videoId, match[1])) && Number.parseInt(match[1], 36) > now.getTime();
    },
  };
}
