import type { Api } from '#api/context.ts';
import type { Activity } from '#engine/system.ts';
import type { ProviderView } from './wire.ts';

/** A provider for the operator: what is configured, and what goes on there. */
export function providerView(
  { system }: Pick<Api, 'system'>,
  id: string,
  activity: Activity | undefined,
): ProviderView {
  const provider = system.providers.get(id);
  const trouble = activity?.trouble;
  return {
    id,
    configured: provider !== undefined,
    name: system.providers.name(id),
    cancels: provider?.cancel !== undefined,
    paused_at: activity?.pausedAt?.toISOString() ?? null,
    starts_stopped_at: activity?.stoppedAt?.toISOString() ?? null,
    circuit: activity?.openedAt
      ? { open_since: activity.openedAt.toISOString(), next_try_at: activity.nextTryAt?.toISOString() ?? null }
      : null,
    calls: activity?.calls ?? { verified: 0, refused: 0, missed: 0 },
    slots: provider?.capabilities.slots ?? null,
    requests_per_minute: provider?.capabilities.requestsPerMinute ?? null,
    running: activity?.running ?? 0,
    queued: activity?.queued ?? 0,
    overdue: activity?.overdue ?? 0,
    needs_decision: activity?.needsDecision ?? 0,
    trouble: trouble ? { ...trouble, since: trouble.since.toISOString() } : null,
  };
}
