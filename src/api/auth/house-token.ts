import { createHmac, timingSafeEqual } from 'node:crypto';

const lifeMs = 60_000;
const mac = (secret: string, purpose: string, expiry: string) =>
  createHmac('sha256', secret).update(`house\n${purpose}\n${expiry}`).digest();

/** A minute's proof of knowing the installation's secret: for our own programs beside a running server. */
export function houseToken(secret: string, purpose: string, now: Date): string {
  const expiry = (now.getTime() + lifeMs).toString(36);
  return `${expiry}.${mac(secret, purpose, expiry).toString('base64url')}`;
}

export function isHouseToken(secret: string, purpose: string, token: string, now: Date): boolean {
  const [, expiry, given] = /^([0-9a-z]{1,12})\.([A-Za-z0-9_-]{43})$/.exec(token) ?? [];
  if (!expiry || !given || Number.parseInt(expiry, 36) <= now.getTime()) return false;
  return timingSafeEqual(Buffer.from(given, 'base64url'), mac(secret, purpose, expiry));
}
