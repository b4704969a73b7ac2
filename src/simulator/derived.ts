import type { Context, Hono } from 'hono';
import { z } from 'zod';
import { ApiError } from './api-error.ts';
import type { Characters } from './characters.ts';
import { readFaults } from './faults.ts';
import type { Job } from './job.ts';
import type { Jobs } from './jobs.ts';
import type { Env } from './misbehaviour.ts';
import { type CreateRequest, checked, defaultModel, type Fields, fingerprintOf, readFields } from './wire.ts';

type Derived = {
  jobs: Jobs;
  characters: Characters;
  find: (wireId: string) => Job;
  create: (c: Context<Env>, read: () => Promise<CreateRequest>) => Promise<Response>;
};

const prompt = z.string().min(1).max(32_000);
const video = z.union([z.instanceof(File), z.object({ id: z.string() })]);
const remixBody = z.looseObject({ prompt });
const editBody = z.looseObject({ prompt, video, model: z.string().min(1).optional() });
const extendBody = editBody.extend({
  seconds: z
    .union([z.string().regex(/^\d{1,2}$/), z.number().int()])
    .transform(Number)
    .pipe(z.number().min(1).max(20)),
});
const characterBody = z.object({ name: z.string().min(1).max(80), video: z.instanceof(File) });

/** What a video of a stranger is taken for: a test pattern does not look at it. */
const stranger = { model: defaultModel, size: '320x180', width: 320, height: 180, seconds: 4 };
const longestSeconds = 120;

/** Clips that are made of clips: the same pattern with another prompt, of the source's size and length. */
export function addDerived(app: Hono<Env>, path: string, { jobs, characters, find, create }: Derived): void {
  function source(named: File | { id: string }): Partial<Job> & typeof stranger {
    if (named instanceof File) return stranger;
    const job = find(named.id);
    if (jobs.view(job).status === 'completed') return job;
    throw new ApiError(400, 'The source video is not completed.', { code: 'video_not_ready', param: 'video' });
  }

  async function requestOf(fields: Fields, of: ReturnType<typeof source>, text: string, addedSeconds: number) {
    const { model, size, width, height, id } = of;
    const seconds = of.seconds + addedSeconds;
    if (seconds > longestSeconds) {
      throw new ApiError(400, `A video may last ${longestSeconds} s.`, { code: 'invalid_value', param: 'seconds' });
    }
    return {
      prompt: text,
      faults: readFaults(text).faults,
      ...{ model, size, width, height, seconds },
      firstFrame: undefined,
      fingerprint: await fingerprintOf({ ...fields, of: id ?? null, addedSeconds }),
      ...(id && { madeFrom: id }),
    } satisfies CreateRequest;
  }

  app.post(`${path}/edits`, (c) =>
    create(c, async () => {
      const fields = await readFields(c.req.raw);
      const body = checked(editBody, fields);
      return requestOf(fields, source(body.video), body.prompt, 0);
    }),
  );

  app.post(`${path}/extensions`, (c) =>
    create(c, async () => {
      const fields = await readFields(c.req.raw);
      const body = checked(extendBody, fields);
      return requestOf(fields, source(body.video), body.prompt, body.seconds);
    }),
  );

  app.post(`${path}/:id/remix`, (c) =>
    create(c, async () => {
      const fields = await readFields(c.req.raw);
      return requestOf(fields, source({ id: c.req.param('id') }), checked(remixBody, fields).prompt, 0);
    }),
  );

  app.post(`${path}/characters`, async (c) => {
    const { name } = checked(characterBody, await readFields(c.req.raw));
    return c.json(await characters.create(name, Date.now()));
  });

  app.get(`${path}/characters/:id`, (c) => {
    const character = characters.get(c.req.param('id'));
    if (!character) throw new ApiError(404, 'Character not found.', { code: 'not_found', param: 'character_id' });
    return c.json(character);
  });
}
