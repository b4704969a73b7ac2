import type { LimitsView, Spend, Usage } from '#api/usage/wire.ts';
import { get, searchOf, send } from '#ui/api.ts';

export type { LimitsView, Spend, Usage };

/** Whose money and of how many days; without an owner, an admin's answer is that of everybody. */
export type UsageQuery = { days: number; owner?: string };

/** The routes about money. All reject with ApiError. */
export const usageApi = {
  usage: (query: UsageQuery, signal?: AbortSignal) => get<Usage>(`/api/usage${searchOf(query)}`, signal),
  limits: (signal?: AbortSignal) => get<LimitsView>('/api/limits', signal),
  setCap: (body: { owner?: string; daily_cap_usd: number | null | 'default' }) =>
    send<LimitsView>('PATCH', '/api/limits', body),
};

/** Where the same is downloaded from. */
export const usageExport = (query: UsageQuery): string => `/api/usage${searchOf({ ...query, format: 'csv' })}`;
