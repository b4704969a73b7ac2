import { z } from 'zod';

/** The shapes that `/api/keys` speaks. Pure: the studio imports it too. Times are ISO 8601. */

const at = z.iso.datetime();

/** `read` looks; `create` makes, changes and deletes; `admin` does what an admin does. Each holds those before it. */
export const scopeSchema = z.enum(['read', 'create', 'admin']);
export type Scope = z.infer<typeof scopeSchema>;

export const keySchema = z.object({
  id: z.string(),
  name: z.string(),
  /** The first characters of the secret, to know it by. */
  prefix: z.string(),
  owner: z.object({ id: z.string(), name: z.string() }),
  scopes: z.array(scopeSchema),
  /** Null = as everybody's. */
  creates_per_minute: z.int().nullable(),
  created_at: at,
  /** Null = never. */
  expires_at: at.nullable(),
  /** Exact to a minute. */
  last_used_at: at.nullable(),
  revoked_at: at.nullable(),
  /** `idle` = its owner is disabled. */
  state: z.enum(['active', 'expired', 'revoked', 'idle']),
});
export type KeyView = z.infer<typeof keySchema>;

/** `GET /api/keys`: one's own, newest first; an admin names another owner, or `*` for all. */
export const keysQuerySchema = z.strictObject({ owner: z.string().min(1).max(200).optional() });
export const keysSchema = z.object({ keys: z.array(keySchema) });

/** `POST /api/keys`. */
export const keyPostSchema = z.strictObject({
  name: z.string().trim().min(1, 'name must not be empty').max(100, 'name has more than 100 characters'),
  /** `read` and `create` without it. */
  scopes: z.array(scopeSchema).min(1, 'scopes must name at least one').max(3).optional(),
  /** In the future; null = never. */
  expires_at: z.iso.datetime({ offset: true }).nullable().optional(),
  /** For this key alone, instead of what holds for everybody; admins only. */
  creates_per_minute: z.int().min(1).max(1_000_000).nullable().optional(),
});
/** `secret` is shown this once. */
export const keyMadeSchema = z.object({ key: keySchema, secret: z.string() });
