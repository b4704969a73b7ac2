import type { Role } from '#ui/people/people-api.ts';
import { day } from '#ui/time.ts';
import type { KeyView, Scope } from './keys-api.ts';

/** What a key with this as its highest scope may do. */
export const scopeWords: Record<Scope, string> = {
  read: 'May look',
  create: 'May look and create',
  admin: 'May do what an admin may',
};

const order: Scope[] = ['read', 'create', 'admin'];

/** The scopes that a person of this role may give. */
export const scopesFor = (role: Role): Scope[] => order.slice(0, { viewer: 1, member: 2, admin: 3 }[role]);

const highest = (scopes: readonly Scope[]): Scope => order.findLast((scope) => scopes.includes(scope)) ?? 'read';

/** All there is to say of a key, in short pieces. */
export function keyFacts(key: KeyView, now: number): string[] {
  return [
    scopeWords[highest(key.scopes)],
    ...(key.creates_per_minute === null ? [] : [`${key.creates_per_minute} clips a minute`]),
    `made ${day(key.created_at, now)}`,
    key.last_used_at ? `last used ${day(key.last_used_at, now)}` : 'never used',
    ...(key.expires_at && key.state === 'active' ? [`ends ${day(key.expires_at, now)}`] : []),
  ];
}

/** Why it opens nothing; null = it does. */
export const keyTrouble = ({ state }: Pick<KeyView, 'state'>): string | null =>
  ({ active: null, expired: 'Has run out', revoked: 'Revoked', idle: 'Its owner is disabled' })[state];
