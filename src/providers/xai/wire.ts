import { z } from 'zod';
import { lenient, text } from '#providers/answers/lenient.ts';
import type { Json } from '#video/video.ts';

const acceptedSchema = z.looseObject({ request_id: z.string().regex(/^[\w-]{1,200}$/) });
export const requestIdIn = (json: Json | undefined) => acceptedSchema.safeParse(json).data?.request_id ?? null;

/** Source: docs.x.ai, `GET /v1/videos/{request_id}`, and the schema of the AI SDK. */
const videoSchema = z.looseObject({
  status: text,
  progress: lenient(z.number().min(0).max(100)),
  video: lenient(
    z.looseObject({
      url: text,
      respect_moderation: lenient(z.boolean()),
      file_output: lenient(z.looseObject({ public_url: text })),
    }),
  ),
  usage: lenient(z.looseObject({ cost_in_usd_ticks: lenient(z.number().nonnegative()) })),
  error: lenient(
    z.union([
      z.string().transform((message) => ({ code: null, message })),
      z.looseObject({ code: text, message: text }),
    ]),
  ),
});

export type Video = z.infer<typeof videoSchema>;
export const readVideo = (json: Json | undefined): Video | null => videoSchema.safeParse(json).data ?? null;
export const clipOf = ({ video }: Video): string | null => video?.url ?? video?.file_output?.public_url ?? null;

/** A tick is a ten-thousandth of a millionth of a dollar. */
const ticksPerMicroUsd = 10_000;
export const costMicroUsdOf = (video: Video | null): number | null => {
  const ticks = video?.usage?.cost_in_usd_ticks ?? null;
  return ticks === null ? null : Math.ceil(ticks / ticksPerMicroUsd);
};
