import type { z } from 'zod';
import type { Identity } from '#api/context.ts';
import { ApiError } from '#api/errors.ts';
import { toUsd } from '#video/money.ts';
import type { Spending } from '#video/spending.ts';
import type { budgetSchema } from './wire.ts';

export function budgetOf({ capMicroUsd, spentMicroUsd, resetsAt }: Spending): z.infer<typeof budgetSchema> {
  return {
    cap_usd: capMicroUsd === null ? null : toUsd(capMicroUsd),
    spent_usd: toUsd(spentMicroUsd),
    left_usd: capMicroUsd === null ? null : toUsd(Math.max(0, capMicroUsd - spentMicroUsd)),
    resets_at: resetsAt.toISOString(),
  };
}

/** Other people's money is an admin's business alone. */
export function mayNameOwner(who: Identity, owner: string | undefined): void {
  if (owner === undefined || owner === who.ownerId || who.role === 'admin') return;
  throw new ApiError(403, 'admins_only', 'only an admin may see what others spend', 'owner');
}
