import { z } from 'zod';

/**
 * The shapes that `/api/settings` speaks: an admin's session only. Pure: the studio imports it too. A key goes in and
 * never comes out. Times are ISO 8601.
 */

const at = z.iso.datetime();
const keyRule = 'must be a key: 8 to 500 printable characters without spaces';

/** Of a provider: part of the ids of its models, so it never changes. */
export const providerIdSchema = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,63}$/, 'must be a lower-case name of letters, digits, - and _, 64 at most')
  .refine((id) => id !== 'simulator', 'simulator is the built-in test pattern, and cannot be changed');

export const providerSettingsSchema = z.object({
  id: z.string(),
  kind: z.string(),
  /** What the kind is called: `fal`, `A /v1/videos server`. */
  kind_label: z.string(),
  /** What people called this one. */
  name: z.string(),
  /**
   * `ready`; `no_key` = it needs one; `key_unreadable` = the stored one was sealed with another DAILIES_SECRET: paste it
   * again; `off` = its models are not offered, what runs there is watched.
   */
  state: z.enum(['ready', 'no_key', 'key_unreadable', 'off']),
  /** An operator paused it (`POST /api/admin/providers/:id/{pause,resume}`). */
  paused_at: at.nullable(),
  key: z
    .object({
      /** `stored`, or the variable that it comes from: `env:FAL_KEY`. */
      from: z.string(),
      /** Its last four characters; null where that would be too much of it, or it cannot be read. */
      hint: z.string().nullable(),
      /** Null = a variable: it says nothing of the time. */
      since: at.nullable(),
    })
    .nullable(),
  /** A variable that holds a key, whether or not it is the one in use. */
  variable: z.string().nullable(),
  /** Keys that were replaced and are kept for the jobs that were sent with them. */
  retired_keys: z.int(),
  /** Of one's own server, or of what stands in for the public address; null = the public one. */
  host: z.string().nullable(),
  /** What a `/v1/videos` server is known to be. */
  personality: z.string().nullable(),
  /** Limits in force; null = none. */
  slots: z.int().nullable(),
  requests_per_minute: z.int().nullable(),
  /** Something of it is stored here: it can be removed. What comes from variables alone goes with them. */
  removable: z.boolean(),
  /** The default model is one of its models. */
  default: z.boolean(),
  /** `POST …/test` costs nothing; false = it has no free call. */
  free_test: z.boolean(),
  /** What the last test of the present key brought. */
  last_test: z.object({ at, ok: z.boolean(), message: z.string() }).nullable(),
  capabilities: z.object({ cancels: z.boolean(), lists: z.boolean(), calls_back: z.boolean() }).nullable(),
  /** How many models it offers. */
  models: z.int(),
  /** Videos that it has, or that wait for it. */
  open_videos: z.int(),
});
export type ProviderSettings = z.infer<typeof providerSettingsSchema>;

export const kindSchema = z.object({
  kind: z.string(),
  label: z.string(),
  /** Where a person gets a key; null = one's own server. */
  keys_page: z.string().nullable(),
  /** One's own server: its address has to be given, a key need not. */
  needs_base_url: z.boolean(),
  /** What a server of this kind may be known to be; empty = there is nothing to choose. */
  personalities: z.array(z.object({ id: z.string(), label: z.string() })),
  /** Environment variables that it takes a key from. */
  variables: z.array(z.string()),
});
export type KindView = z.infer<typeof kindSchema>;

export const defaultModelSchema = z.object({
  id: z.string(),
  label: z.string(),
  /** `env` = DAILIES_DEFAULT_MODEL says so, and wins; `built_in` = nobody chose: the test pattern. */
  from: z.enum(['env', 'stored', 'built_in']),
  /** What was chosen here, while DAILIES_DEFAULT_MODEL says something else. */
  overruled: z.string().nullable(),
  /** False = nobody offers it now: what asks for no model is refused. */
  available: z.boolean(),
});

/** `GET /api/settings/providers`. */
export const providersSchema = z.object({
  providers: z.array(providerSettingsSchema),
  /** What can be added, each as often as one likes. */
  kinds: z.array(kindSchema),
  default_model: defaultModelSchema,
  /** The file of one's own models: where it is read from, and what is wrong with it. */
  models_file: z.object({ name: z.string(), models: z.int(), error: z.string().nullable() }),
});
export type ProvidersSettings = z.infer<typeof providersSchema>;

/**
 * `PUT /api/settings/providers/:id` makes it, or changes what is given. A key belongs to the address that it was given
 * for: with another `base_url` it has to be given again.
 */
export const providerPutSchema = z.strictObject({
  kind: z.string().min(1).max(64),
  name: z.string().trim().min(1).max(100).optional(),
  /** Ends before `/videos`, usually in `/v1`. For hosted kinds null = the public address. */
  base_url: z
    .string()
    .trim()
    .max(2_000)
    .refine((text) => /^https?:$/.test(URL.parse(text)?.protocol ?? ''), 'must be an http:// or https:// address')
    .refine((text) => !URL.parse(text)?.username, 'must not contain a user name or password')
    .transform((text) => text.replace(/\/+$/, ''))
    .nullable()
    .optional(),
  personality: z.string().min(1).max(64).nullable().optional(),
  /** Write only. Null = no stored key any more. */
  key: z
    .string(keyRule)
    .trim()
    .regex(/^[\x21-\x7e]{8,500}$/, keyRule)
    .nullable()
    .optional(),
  slots: z.int().min(1).max(1_000_000).nullable().optional(),
  requests_per_minute: z.int().min(1).max(1_000_000).nullable().optional(),
  /** False = its models are not offered. */
  enabled: z.boolean().optional(),
});
export const providerSavedSchema = z.object({ provider: providerSettingsSchema, note: z.string().nullable() });

/** `DELETE /api/settings/providers/:id?force=true`; 409 `open_videos` without force while it has videos. */
export const providerDeleteQuerySchema = z.strictObject({ force: z.enum(['true', 'false']).optional() });
export const providerRemovedSchema = z.object({
  /** What is left of it: a key in a variable keeps it. Null = it is gone. */
  provider: providerSettingsSchema.nullable(),
  note: z.string(),
});

/** `POST /api/settings/providers/:id/test`: a free request, never a paid one; six a minute at most. */
export const providerTestSchema = z.object({
  outcome: z.enum(['ok', 'key_refused', 'not_reachable', 'rate_limited', 'not_understood']),
  /** For people, with the reason. */
  message: z.string(),
  took_ms: z.int(),
});
export type ProviderTest = z.infer<typeof providerTestSchema>;

/** `PUT /api/settings/default-model`; null = nobody chose: the test pattern. */
export const defaultModelPutSchema = z.strictObject({ model: z.string().min(1).max(300).nullable() });
export const defaultModelSavedSchema = z.object({ default_model: defaultModelSchema, note: z.string().nullable() });

/** `GET /api/settings/aliases`; `PUT` replaces those that are stored. */
export const aliasesSchema = z.object({
  aliases: z.array(
    z.object({
      name: z.string(),
      /** The model that it means. */
      model: z.string(),
      /** `built_in` = a name of Sora code, which means the default model until it is stored. */
      from: z.enum(['stored', 'built_in']),
      /** Whether anybody offers that model now. */
      available: z.boolean(),
    }),
  ),
});
export const aliasesPutSchema = z.strictObject({
  aliases: z
    .record(
      z.string().regex(/^[\w.:-]{1,100}$/, 'an alias has letters, digits, . : _ and -, and no slash'),
      z.string().min(1).max(300),
    )
    .refine((all) => Object.keys(all).length <= 200, 'at most 200 aliases'),
});

/** `GET` and `PUT /api/settings/fallbacks`. Only a take that nothing was paid for moves. */
export const fallbacksSchema = z.strictObject({
  enabled: z.boolean(),
  /** Also to a model that costs more than what was reserved; false = never dearer, and never where no price is known. */
  dearer: z.boolean(),
  /** Model → where its takes may go instead, first choice first. */
  models: z.record(z.string().max(300), z.array(z.string().max(300)).min(1).max(5)),
});
export type Aliases = z.infer<typeof aliasesSchema>;
