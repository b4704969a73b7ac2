import { z } from 'zod';
import type { Json } from '#video/video.ts';
import { lenient, text, word } from './lenient.ts';

/** A reason as an API gives it; null for what it leaves out. */
export type ApiError = { code: string | null; type: string | null; message: string | null };

export const errorPart = lenient(
  z.union([
    z.string().transform((message): ApiError => ({ code: null, type: null, message })),
    z
      .looseObject({ code: lenient(word), type: text, message: text })
      .transform(({ code, type, message }): ApiError => ({ code, type, message })),
  ]),
);

const envelope = z.looseObject({
  error: errorPart,
  detail: z.json().optional(),
  message: text,
  code: lenient(word),
});

/** The reason in an error envelope: OpenAI's, FastAPI's `detail`, or a bare `message`. Null when there is none. */
export function readError(json: Json | undefined): ApiError | null {
  const parsed = envelope.safeParse(json);
  if (!parsed.success) return null;
  const { error, detail, message, code } = parsed.data;
  if (error) return { ...error, code: error.code ?? code };
  if (detail !== undefined) {
    return { code: null, type: null, message: typeof detail === 'string' ? detail : JSON.stringify(detail) };
  }
  return message === null ? null : { code, type: null, message };
}
