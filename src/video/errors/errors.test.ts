import { expect, it } from 'vitest';
import { t0 } from '../testing.ts';
import { BudgetExceeded } from './budget-exceeded.ts';
import { ConfirmCost } from './confirm-cost.ts';
import { DownloadError } from './download-error.ts';
import { IdempotencyConflict } from './idempotency-conflict.ts';
import { QueueFull } from './queue-full.ts';
import { StoreAway } from './store-away.ts';

const excess = { capMicroUsd: 10_000_000, spentMicroUsd: 9_800_000, wantedMicroUsd: 400_000, resetsAt: t0 };

it.each([
  [new BudgetExceeded(excess), 'BudgetExceeded', ['$0.40', '$9.80', '$10.00', '2026-01-01T00:00:00.000Z']],
  [new ConfirmCost(8_000_000, null), 'ConfirmCost', ['$8.00', 'send max_cost_usd']],
  [new ConfirmCost(8_000_000, 5_000_000), 'ConfirmCost', ['$8.00', '$5.00']],
  [new QueueFull(7), 'QueueFull', ['7']],
  [new IdempotencyConflict(), 'IdempotencyConflict', ['Idempotency-Key']],
  [new StoreAway('no database'), 'StoreAway', ['no database']],
  [new DownloadError('gone', 'no such file'), 'DownloadError', ['no such file']],
])('%s has its name, and says what a person needs', (error, name, parts) => {
  expect(error.name).toBe(name);
  for (const part of parts) expect(error.message).toContain(part);
});
