import { createHash, timingSafeEqual } from 'node:crypto';
import type { Accounts } from './accounts.ts';

/** How the first person comes in: by a link that only the operator's terminal shows. */
export type FirstRun = {
  /**
   * The link to print; null when the admin has a password. On loopback it signs in without a form, and is printed at
   * each start: without a password there is no other way in. Elsewhere it leads to a form that asks for one.
   */
  link(origin: string): Promise<string | null>;
  /** True once for the right token. */
  redeem(token: string): boolean;
  matches(token: string): boolean;
  /** Only on loopback may the link stand in for a password. */
  withoutPassword: boolean;
};

export function createFirstRun(
  accounts: Accounts,
  withoutPassword: boolean,
  random: (n: number) => Uint8Array,
): FirstRun {
  const token = Buffer.from(random(24)).toString('base64url');
  const digest = (text: string) => createHash('sha256').update(text).digest();
  let used = false;
  const matches = (given: string) => timingSafeEqual(digest(given), digest(token)) && !used;
  return {
    withoutPassword,
    matches,
    redeem(given) {
      if (!matches(given)) return false;
      used = true;
      return true;
    },
    async link(origin) {
      const admin = await accounts.admin();
      if (admin?.hasPassword || admin?.disabled) return null;
      return withoutPassword ? `${origin}/api/first?token=${token}` : `${origin}/sign-in?first=${token}`;
    },
  };
}
