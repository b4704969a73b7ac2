import { z } from 'zod';

/** What cannot be read is null, instead of an error: answers of strangers are taken as far as they make sense. */
export const lenient = <T extends z.ZodType>(schema: T) =>
  schema
    .nullish()
    .transform((value) => value ?? null)
    .catch(null);

export const text = lenient(z.string());
export const word = z.union([z.string(), z.number()]).transform(String);

/** ISO 8601, or any other text that a Date can read. */
export const timestamp = lenient(
  z
    .string()
    .transform((value) => new Date(value))
    .refine((date) => date.getTime() > 0),
);
