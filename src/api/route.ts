import { OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import { refuse } from './body.ts';
import type { Env } from './context.ts';
import { noSuchVideo } from './errors.ts';
import { errorSchema } from './wire.ts';

/** A part of the API: whatever its schemas refuse is answered in the envelope. */
export const createRoutes = () =>
  new OpenAPIHono<Env>({
    defaultHook: (result) => {
      if (!result.success) throw refuse(result.error);
    },
  });

export const json = <S extends z.ZodType, D extends string>(schema: S, description: D) => ({
  content: { 'application/json': { schema } },
  description,
});

const problem = (description: string) => json(errorSchema, description);

/** The answers that every route may give besides its own. */
export const problems = {
  400: problem('The request breaks a rule; `param` names the field.'),
  401: problem('Neither signed in nor a valid API key.'),
  404: problem('There is no such thing, or it is somebody else’s.'),
};
/** Of what makes a new paid attempt. */
export const moneyProblems = {
  402: problem('It costs more than was agreed to: `cost_usd` is the sum, and `max_cost_usd` agrees.'),
  429: problem('The daily cap, or the queue, has no room; `retry-after` says when to come back.'),
};
export const conflict = { 409: problem('Its state does not allow this now.') };

export const idParams = z.object({ id: z.string().meta({ description: 'Id of the video', example: 'video_0199…' }) });

/** An id of the right form; any other cannot exist, and never reaches the database. */
export function videoId(id: string): string {
  if (!/^video_[0-9a-f]{32}$/.test(id)) throw noSuchVideo();
  return id;
}
