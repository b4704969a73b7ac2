import type { z } from 'zod';
import type {
  AdminCommandName,
  AuditEvent,
  Overview,
  ProviderView,
  StuckItem,
  stuckSchema,
  Throughput,
} from '#api/admin/wire.ts';
import { get, searchOf, send } from '#ui/api.ts';
import type { CommandAnswer } from '#ui/shapes.ts';

export type { AdminCommandName, AuditEvent, Overview, ProviderView, StuckItem, Throughput };
export type Stuck = z.infer<typeof stuckSchema>;

/** What an operator does with a take: the last part of its path, and what goes with it. */
export type AdminCommand =
  | { name: 'extend'; body: { minutes: number } }
  | { name: 'adopt'; body: { upstream_id: string } }
  | { name: Exclude<AdminCommandName, 'extend' | 'adopt'> };

export type AuditFilter = { actor?: string; type?: string; video?: string; from?: string; to?: string };

const root = '/api/admin';

/** The routes for admins. All reject with ApiError. */
export const adminApi = {
  overview: (signal?: AbortSignal) => get<Overview>(`${root}/overview`, signal),
  attention: (signal?: AbortSignal) => get<Stuck>(`${root}/attention`, signal),
  throughput: (hours: number, signal?: AbortSignal) => get<Throughput>(`${root}/throughput?hours=${hours}`, signal),
  audit: (filter: AuditFilter, after: string | undefined, signal?: AbortSignal) =>
    get<{ events: AuditEvent[]; next: string | null }>(
      `${root}/audit${searchOf({ ...filter, after, limit: 50 })}`,
      signal,
    ),
  command: (id: string, command: AdminCommand) =>
    send<CommandAnswer>(
      'POST',
      `${root}/videos/${encodeURIComponent(id)}/${command.name}`,
      'body' in command ? command.body : {},
    ),
  setPaused: (id: string, paused: boolean) =>
    send<{ provider: ProviderView; note: string | null }>(
      'POST',
      `${root}/providers/${encodeURIComponent(id)}/${paused ? 'pause' : 'resume'}`,
      {},
    ),
};

/** Where all that fits the filter is downloaded from. */
export const auditExport = (filter: AuditFilter, format: 'csv' | 'json'): string =>
  `${root}/audit${searchOf({ ...filter, format })}`;
