import { z } from 'zod';
import { lenient, text, timestamp } from '#providers/answers/lenient.ts';
import type { Listed } from '#video/answer.ts';
import type { Json } from '#video/video.ts';

const link = z.union([z.string(), z.looseObject({ url: z.string() }).transform(({ url }) => url)]);

/** Source: replicate.com/docs/reference/http, predictions. `aborted` and lists of outputs are what the SDK cannot read. */
const predictionSchema = z.looseObject({
  id: z.string().regex(/^\w{1,100}$/),
  status: z.string(),
  model: text,
  input: lenient(z.looseObject({ prompt: text, duration: lenient(z.number()) })),
  output: lenient(z.union([link, z.array(link).transform(([first]) => first ?? null)])),
  error: lenient(z.json()),
  logs: text,
  data_removed: lenient(z.boolean()),
  created_at: timestamp,
  metrics: lenient(z.looseObject({ predict_time: lenient(z.number().positive()) })),
});

export type Prediction = z.infer<typeof predictionSchema>;
export const readPrediction = (json: Json | undefined): Prediction | null =>
  predictionSchema.safeParse(json).data ?? null;

/** The SDK wants one URL, and no `aborted`: 200 with "Invalid JSON response" for ever would be its answer. */
export function repair(json: Json): Json {
  const prediction = readPrediction(json);
  if (!prediction || typeof json !== 'object' || json === null || Array.isArray(json)) return json;
  const { status, output, error } = prediction;
  return {
    ...json,
    output,
    error: error === null || typeof error === 'string' ? error : JSON.stringify(error),
    status: status === 'aborted' ? 'canceled' : status,
  };
}

const pageSchema = z.looseObject({ results: z.array(z.json()), next: text });
export const readPage = (json: Json | undefined) => pageSchema.safeParse(json).data ?? null;

/** A prediction as a candidate for a lost create. Its input is removed after an hour, and then says nothing. */
export function listedOf(json: Json): Listed | null {
  const prediction = readPrediction(json);
  if (!prediction?.created_at) return null;
  const { id, created_at: createdAt, model, input } = prediction;
  return {
    upstreamId: id,
    operation: { id },
    createdAt,
    prompt: input?.prompt ?? null,
    model,
    seconds: input?.duration ?? null,
    size: null,
  };
}
