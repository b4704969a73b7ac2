import { z } from 'zod';
import { isReply } from '#providers/answers/reply.ts';
import { ask, type Connection } from './client.ts';

const modelsSchema = z.looseObject({
  data: z.array(
    z.looseObject({
      id: z
        .string()
        .min(1)
        .max(200)
        .regex(/^\P{Cc}+$/u),
    }),
  ),
});

/** `GET /models`: at most 200 names; null where the server does not tell. */
export async function listModels(connection: Connection, signal: AbortSignal): Promise<string[] | null> {
  const reply = await ask(connection, '/models', signal);
  const parsed = modelsSchema.safeParse(isReply(reply) && reply.status === 200 ? reply.json : null);
  return parsed.success ? [...new Set(parsed.data.data.map((model) => model.id))].slice(0, 200) : null;
}
