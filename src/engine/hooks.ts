import { createHmac, timingSafeEqual } from 'node:crypto';

/** Where providers call us: one unguessable address per attempt, made of its id, so that nothing has to be kept. */
export type Hooks = {
  /** Null = no provider can reach us. */
  urlFor(provider: string, attemptId: string): string | null;
  /** The attempt of a token; null = we did not make it. */
  attemptOf(token: string): string | null;
};

/** `origin` = how the internet reaches this installation; null = not at all. */
export function createHooks(secret: string, origin: string | null): Hooks {
  const mac = (attemptId: string) => createHmac('sha256', secret).update(`hook\n${attemptId}`).digest().subarray(0, 16);
  return {
    urlFor: (provider, attemptId) =>
      origin &&
      `${origin}/api/hooks/${encodeURIComponent(provider)}/${attemptId}.${mac(attemptId).toString('base64url')}`,
    attemptOf(token) {
      const [, attemptId, given] = /^(attempt_[0-9a-f]{32})\.([A-Za-z0-9_-]{22})$/.exec(token) ?? [];
      if (!attemptId || !given) return null;
      return timingSafeEqual(Buffer.from(given, 'base64url'), mac(attemptId)) ? attemptId : null;
    },
  };
}
