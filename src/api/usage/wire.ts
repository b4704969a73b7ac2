import { z } from 'zod';

/**
 * The shapes that `/api/usage` and `/api/limits` speak. Pure: the studio imports it too. Money is US dollars with up to
 * six decimals; a day is a UTC day, `YYYY-MM-DD`, and a clip counts on the day on which it was asked for.
 */

const usd = z.number();
const day = z.iso.date();

/** What its owner may still spend today. `cap_usd` null = no cap, and then nothing is left to say. */
export const budgetSchema = z.object({
  cap_usd: usd.nullable(),
  /** Settled, and reserved for what is still going on. */
  spent_usd: usd,
  /** Null = no cap; never below 0. */
  left_usd: usd.nullable(),
  resets_at: z.iso.datetime(),
});

const spendSchema = z.object({
  /** Submissions: a clip that was tried twice counts twice. */
  submissions: z.int(),
  /** Of those, how many have no known price: they are in none of the sums until their provider tells. */
  unpriced: z.int(),
  /** What it was expected to cost, of the settled ones alone: comparable with `actual_usd`. */
  estimate_usd: usd,
  /** What it came to: the provider's number, else the estimate; 0 for what was not billed. */
  actual_usd: usd,
  /** The part of `actual_usd` that only the estimate stands for. */
  by_estimate_usd: usd,
  /** Held for what is still going on. */
  reserved_usd: usd,
});
export type Spend = z.infer<typeof spendSchema>;

/** `GET /api/usage`. An admin sees all owners, or one with `owner`; anybody else sees their own. */
export const usageQuerySchema = z.strictObject({
  /** Today and so many days before, less one; 30 without it. */
  days: z.coerce.number().int().min(1).max(366).optional(),
  owner: z.string().min(1).max(200).optional(),
  /** A download: one line per day and model. */
  format: z.enum(['csv']).optional(),
});
export const usageSchema = z.object({
  from: day,
  to: day,
  /** Null = of all owners. */
  owner: z.string().nullable(),
  /** Today; null where all owners are shown. */
  budget: budgetSchema.nullable(),
  total: spendSchema,
  /** Every day from `from` to `to`, oldest first. */
  days: z.array(spendSchema.extend({ day })),
  /** What cost most, first. */
  models: z.array(spendSchema.extend({ model: z.string() })),
});
export type Usage = z.infer<typeof usageSchema>;

/** `GET /api/limits?owner=`: one's own; an admin may name another owner. */
export const limitsQuerySchema = z.strictObject({ owner: z.string().min(1).max(200).optional() });
export const limitsSchema = z.object({
  owner: z.string(),
  /** A clip over it is refused with 429 `budget_exceeded`; null = no cap. */
  daily_cap_usd: usd.nullable(),
  /** Whether it is this owner's own, or the default of the installation. */
  own: z.boolean(),
  default_daily_cap_usd: usd.nullable(),
  budget: budgetSchema,
  /** `POST /api/videos` asks first (402 `confirm_cost`) when its sum is over this. */
  confirm_above_usd: usd,
  /** Takes at once with providers, and in our line; a create beyond the second is refused with 429 `queue_full`. */
  max_running: z.int(),
  max_queued: z.int(),
  /** This owner's own; null = the default of the installation holds. */
  own_max_running: z.int().nullable(),
  own_max_queued: z.int().nullable(),
  default_max_running: z.int(),
  default_max_queued: z.int(),
  /** Clips that one key, or one person in the studio, may ask for in a minute; null = no limit. */
  creates_per_minute: z.int().nullable(),
  /** Owners with a cap of their own; for admins, empty for everybody else. */
  owners: z.array(z.object({ owner: z.string(), daily_cap_usd: usd.nullable() })),
});
export type LimitsView = z.infer<typeof limitsSchema>;

const most = z.union([z.int().min(0).max(10_000_000), z.literal('default')]);

/**
 * `PATCH /api/limits`, by an admin: the limits of an owner, or without one the default daily cap. Answers as `GET` does.
 */
export const limitsPatchSchema = z
  .strictObject({
    owner: z.string().min(1).max(200).optional(),
    /** Null = no cap; `default` = the owner follows the default again. */
    daily_cap_usd: z.union([z.number().min(0).max(1_000_000), z.null(), z.literal('default')]).optional(),
    /** `default` = as configured again. */
    max_running: most.optional(),
    max_queued: most.optional(),
  })
  .refine(({ owner: _owner, ...limits }) => Object.keys(limits).length > 0, 'body must name a limit')
  .refine(
    ({ owner, max_running, max_queued }) =>
      owner !== undefined || (max_running === undefined && max_queued === undefined),
    {
      message: 'owner is required: what holds for everybody stands in DAILIES_MAX_RUNNING and DAILIES_MAX_QUEUED',
      path: ['owner'],
    },
  )
  .refine(({ owner, daily_cap_usd }) => owner !== undefined || daily_cap_usd !== 'default', {
    message: 'daily_cap_usd: the default itself must be an amount or null',
    path: ['daily_cap_usd'],
  });
