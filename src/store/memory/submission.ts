import { clean } from '#store/json.ts';
import type { Attempt, JsonObject } from '#video/video.ts';
import { isClaimed, newestAttempt, type Tables } from './tables.ts';

export function saveOperation(
  tables: Tables,
  attemptId: string,
  operation: JsonObject,
  upstreamId: string,
): 'saved' | 'kept' | 'taken' {
  const attempt = tables.attempts.get(attemptId);
  if (!attempt || attempt.operation) return 'kept';
  const taken = [...tables.attempts.values()].some(
    (other) => other.provider === attempt.provider && other.upstreamId === upstreamId,
  );
  if (taken) return 'taken';
  Object.assign(attempt, clean({ operation, upstreamId }));
  return 'saved';
}

export function lostAttempts(
  tables: Tables,
  provider: string,
  requestHash: string | null,
): { lost: Pick<Attempt, 'id' | 'sentAt'>[]; submitting: number } {
  const open = [...tables.attempts.values()]
    .filter(({ provider: its }) => its === provider)
    .filter((attempt) => requestHash === null || attempt.requestHash === requestHash)
    .filter((attempt) => attempt.sentAt && !attempt.operation && !attempt.outcome)
    .sort((a, b) => Number(a.sentAt) - Number(b.sentAt) || (a.id < b.id ? -1 : 1));
  const isSubmitting = ({ videoId }: Attempt) => tables.videos.get(videoId)?.state === 'submitting';
  return {
    lost: open.filter((attempt) => !isSubmitting(attempt)).map(({ id, sentAt }) => clean({ id, sentAt })),
    submitting: open.filter(isSubmitting).length,
  };
}

export function knownUpstreamIds(tables: Tables, provider: string, ids: string[]): Set<string> {
  const known = [...tables.attempts.values()].filter((attempt) => attempt.provider === provider);
  return new Set(ids.filter((id) => known.some((attempt) => attempt.upstreamId === id)));
}

export function hasOtherAnswers(tables: Tables, provider: string, exceptVideoId: string, since: Date): boolean {
  return [...tables.videos.values()].some((video) => {
    if (video.provider !== provider || video.id === exceptVideoId || isClaimed(tables, video)) return false;
    const { operation, checks, watch } = newestAttempt(tables, video.id);
    const lately = video.checkedAt !== null && video.checkedAt >= since;
    return lately && operation !== null && checks > 0 && !watch.missing && !watch.trouble && !watch.downloads;
  });
}
