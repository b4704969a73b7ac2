import { createMiddleware } from 'hono/factory';
import type { Env } from '#api/context.ts';
import { ApiError } from '#api/errors.ts';

/** An admin who signed in, or a key of an admin that was given the scope `admin`. */
export const adminsOnly = createMiddleware<Env>(async (c, next) => {
  if (c.var.who.role !== 'admin')
    throw new ApiError(403, 'admins_only', 'only an admin may do this: signed in, or by a key with the scope admin');
  return next();
});
