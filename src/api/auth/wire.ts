import { z } from 'zod';

/** `POST /api/sign-in`. */
export const signInSchema = z.strictObject({ email: z.email().max(200), password: z.string().min(1).max(128) });
/** `POST /api/first`: the admin of a new installation; `token` is that of the printed link (`/sign-in?first=…`). */
export const firstSchema = z.strictObject({
  token: z.string().max(200),
  email: z.email().max(200),
  password: z.string().min(8, 'password must have at least 8 characters').max(128),
});
const personSchema = z.object({
  id: z.string(),
  name: z.string(),
  email: z.string(),
  role: z.enum(['admin', 'member', 'viewer']),
});
/** Answer of both. */
export const signedInSchema = z.object({ user: personSchema });

/** `GET /api/session`. */
export const sessionSchema = z.object({
  user: personSchema,
  /** For "Use from code": this installation's address, and the first key where this user may see it. */
  url: z.string(),
  api_key: z.string().nullable(),
  /** Whether anything but the test pattern is configured. */
  connected: z.boolean(),
  /** Of one's own: nothing is sent there until somebody lets them go on. */
  paused_webhooks: z.int(),
  first_run: z.boolean(),
});
