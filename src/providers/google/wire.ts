import { z } from 'zod';
import { type ApiError, readError } from '#providers/answers/api-error.ts';
import { lenient, text } from '#providers/answers/lenient.ts';
import type { Json } from '#video/video.ts';

/** `models/veo-…/operations/…`: a part of a URL, so that nothing may stand in it that leads elsewhere. */
const operationName = /^(?:models\/[\w.-]+\/)?operations\/[\w-]+$/;

/** Source: ai.google.dev/api, long-running operations; the safety reasons are what the SDK drops. */
const operationSchema = z.looseObject({
  name: lenient(z.string().regex(operationName)),
  done: lenient(z.boolean()),
  error: lenient(z.looseObject({ code: lenient(z.number()), message: text, status: text })),
  metadata: lenient(z.looseObject({ progressPercent: lenient(z.number().min(0).max(100)) })),
  response: lenient(
    z.looseObject({
      generateVideoResponse: lenient(
        z.looseObject({
          generatedSamples: lenient(z.array(z.looseObject({ video: lenient(z.looseObject({ uri: text })) }))),
          raiMediaFilteredReasons: lenient(z.array(z.string())),
          raiMediaFilteredCount: lenient(z.number()),
        }),
      ),
    }),
  ),
});

export type Operation = z.infer<typeof operationSchema>;
export const readOperation = (json: Json | undefined): Operation | null => operationSchema.safeParse(json).data ?? null;
export const isOperationName = (name: string): boolean => operationName.test(name);

export function clipIn(json: Json | undefined): string | null {
  const samples = readOperation(json)?.response?.generateVideoResponse?.generatedSamples ?? [];
  return samples.map((sample) => sample.video?.uri ?? null).find((uri) => uri !== null) ?? null;
}

const reasonSchema = z.looseObject({
  error: z.looseObject({ status: text, message: text, details: lenient(z.array(z.looseObject({ reason: text }))) }),
});

/** The reason of google.rpc.ErrorInfo says more than the status: a wrong key is an INVALID_ARGUMENT. */
export function reasonIn(json: Json | undefined): ApiError | null {
  const error = reasonSchema.safeParse(json).data?.error;
  if (!error) return readError(json);
  const reason = error.details?.find((detail) => detail.reason !== null)?.reason ?? null;
  const code = reason === 'API_KEY_INVALID' ? 'invalid_api_key' : reason;
  return { code, type: error.status, message: error.message };
}
