import type { Identity, Role } from '#api/context.ts';
import { ApiError } from '#api/errors.ts';
import type { Scope } from '#store/schema/auth.ts';

/** What a person of this role may at most; each scope holds those before it. */
export const scopesOfRole: Record<Role, readonly Scope[]> = {
  viewer: ['read'],
  member: ['read', 'create'],
  admin: ['read', 'create', 'admin'],
};

/** Those that were asked for, with those that they hold, as the role allows. */
export function scopesWithin(role: Role, asked: readonly Scope[]): readonly Scope[] {
  const order = scopesOfRole.admin;
  const most = Math.max(...asked.map((scope) => order.indexOf(scope)));
  return scopesOfRole[role].filter((scope) => order.indexOf(scope) <= most);
}

/** The role that these scopes leave of it. */
export const roleWithin = (scopes: readonly Scope[]): Role =>
  scopes.includes('admin') ? 'admin' : scopes.includes('create') ? 'member' : 'viewer';

/** Whatever is no reading wants the scope `create`; every scope holds `read`. */
export function refuseUnlessCreates({ scopes, via }: Identity): void {
  if (scopes.includes('create')) return;
  if (via !== 'api_key') throw new ApiError(403, 'read_only', 'a viewer may look, and change nothing');
  throw new ApiError(403, 'missing_scope', 'this API key may look, and change nothing: it lacks the scope create');
}
