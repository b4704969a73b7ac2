import { z } from 'zod';

/** The shapes that speak of people, invites, sessions and passwords. Pure: the studio imports it too. Times are ISO 8601. */

const at = z.iso.datetime();

/** `viewer` looks at their own; `member` makes; `admin` sees and changes everything. */
export const roleSchema = z.enum(['admin', 'member', 'viewer']);
export type Role = z.infer<typeof roleSchema>;

export const passwordSchema = z
  .string()
  .min(8, 'password must have at least 8 characters')
  .max(128, 'password must have at most 128 characters');
export const emailSchema = z.email('email must be an e-mail address').max(254);
export const nameSchema = z
  .string()
  .trim()
  .min(1, 'name must not be empty')
  .max(100, 'name has more than 100 characters');

/** `GET /api/people`, for admins; the oldest first, without those who were removed. */
export const personSchema = z.object({
  id: z.string(),
  name: z.string(),
  email: z.string(),
  role: roleSchema,
  created_at: at,
  /** May not come in since then; null = may. */
  disabled_at: at.nullable(),
  /** When a session of theirs was last renewed, exact to a day; null = has none. */
  last_seen_at: at.nullable(),
  /** Comes in by `password`, by `supabase`, or by the `link` of the terminal alone. */
  signs_in_by: z.enum(['password', 'supabase', 'link']),
});
export type PersonView = z.infer<typeof personSchema>;
export const peopleSchema = z.object({ people: z.array(personSchema) });

/** `PATCH /api/people/:id`. */
export const personPatchSchema = z
  .strictObject({ role: roleSchema.optional(), disabled: z.boolean().optional() })
  .refine(({ role, disabled }) => role !== undefined || disabled !== undefined, 'body must say role or disabled');

/** `GET /api/invites`, for admins, newest first. */
export const inviteSchema = z.object({
  id: z.string(),
  role: roleSchema,
  /** Null = whoever holds the link names an address. */
  email: z.string().nullable(),
  created_at: at,
  expires_at: at,
  state: z.enum(['open', 'used', 'expired', 'revoked']),
});
export type InviteView = z.infer<typeof inviteSchema>;
export const invitesSchema = z.object({ invites: z.array(inviteSchema) });

/** `POST /api/invites`. */
export const invitePostSchema = z.strictObject({
  role: roleSchema,
  email: emailSchema.optional(),
  /** 7 without it. */
  days: z.int().min(1).max(90).optional(),
});
/** `link` opens the page of the invited, once, and is shown this once. */
export const inviteMadeSchema = z.object({ invite: inviteSchema, link: z.string() });

const inviteToken = z.string().min(1).max(200);
/** `POST /api/join/look`: what the link offers. */
export const joinLookSchema = z.strictObject({ token: inviteToken });
export const joinOfferSchema = z.object({ role: roleSchema, email: z.string().nullable(), expires_at: at });
/** `POST /api/join`: `email` only where the invite names none. Answers as a sign-in does. */
export const joinSchema = z.strictObject({
  token: inviteToken,
  name: nameSchema,
  email: emailSchema.optional(),
  password: passwordSchema,
});

/** `GET /api/sessions`: one's own, the newest first. */
export const sessionViewSchema = z.object({
  id: z.string(),
  created_at: at,
  /** Exact to a day. */
  last_seen_at: at,
  expires_at: at,
  address: z.string().nullable(),
  user_agent: z.string().nullable(),
  /** The one that asks. */
  current: z.boolean(),
});
export type SessionView = z.infer<typeof sessionViewSchema>;
export const sessionsSchema = z.object({ sessions: z.array(sessionViewSchema) });

/** `POST /api/password`: all other sessions end. `email` and no `current` for the admin who has no password yet. */
export const passwordPostSchema = z.strictObject({
  current: z.string().min(1).max(200).optional(),
  password: passwordSchema,
  email: emailSchema.optional(),
});
