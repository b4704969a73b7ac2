import type { Hold } from '#engine/system.ts';
import { clean } from '#store/json.ts';
import { circuitEvent } from '#store/provider-state/circuit.ts';
import { type CircuitNews, changed, isHeld } from '#video/circuit.ts';
import { system } from '#video/lifecycle.ts';
import { nudge } from './hint.ts';
import { hasOtherAnswers } from './submission.ts';
import { isClaimed, providerRow, type Tables, writeEvent } from './tables.ts';

export function changeCircuit(tables: Tables, provider: string, news: CircuitNews): boolean {
  const row = providerRow(tables, provider);
  const before = row.circuit;
  const answered =
    news.kind === 'trouble' &&
    before.failingSince !== null &&
    hasOtherAnswers(tables, provider, news.videoId, before.failingSince);
  row.circuit = changed(before, news.kind === 'trouble' ? { ...news, answered } : news, tables.now());
  if (row.circuit === before) return false;
  if (isHeld(row.circuit) && !row.circuit.trialAt) takeBack(tables, provider);
  const event = circuitEvent(provider, before, row.circuit);
  if (event) writeEvent(tables, null, { ...event, actor: system }, null);
  tables.notify('due', ...(event ? (['events'] as const) : []));
  return true;
}

/** What was let in and not yet sent. */
export function takeBack(tables: Tables, provider: string): void {
  for (const video of tables.open) {
    const admitted = video.state === 'queued' && video.checkAt !== null && !isClaimed(tables, video);
    if (admitted && video.provider === provider) video.checkAt = null;
  }
}

export const holds = (tables: Tables): Hold[] =>
  [...tables.providers]
    .filter(([, { pausedAt, circuit }]) => pausedAt !== null || isHeld(circuit))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([
        provider,
        {
          pausedAt,
          circuit: { stoppedAt, openedAt, nextTryAt, trialAt },
        },
      ]) => clean({ provider, pausedAt, stoppedAt, openedAt, nextTryAt, trialAt }),
    );

export function takeCall(tables: Tables, provider: string, eventId: string, attemptId: string): boolean {
  const key = JSON.stringify([provider, eventId]);
  if (tables.calls.has(key)) return false;
  tables.calls.set(key, attemptId);
  providerRow(tables, provider).calls.verified += 1;
  const video = tables.videos.get(tables.attempts.get(attemptId)?.videoId ?? '');
  if (!video) return false;
  if (video.checkAt && video.state !== 'queued') nudge(tables, video);
  writeEvent(tables, video, { type: 'called', actor: { type: 'webhook', id: provider }, data: {} }, video.state);
  tables.notify('due', 'events');
  return true;
}
