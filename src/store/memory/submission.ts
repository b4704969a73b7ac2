import type { Attempt, JsonObject } from '#video/video.ts';
import { kept } from './kept.ts';
import { attemptOfJob, changeAttempt, isClaimed, newestAttempt, type Tables } from './tables.ts';

export function saveOperation(
  tables: Tables,
  attemptId: string,
  operation: JsonObject,
  upstreamId: string,
): 'saved' | 'kept' | 'taken' {
  const attempt = tables.attempts.get(attemptId);
  if (!attempt || attempt.operation) return 'kept';
  if (attemptOfJob(tables, attempt.provider, upstreamId)) return 'taken';
  changeAttempt(tables, attempt, kept({ operation, upstreamId }));
  return 'saved';
}

export function lostAttempts(
  tables: Tables,
  provider: string,
  requestHash: string | null,
): { lost: Pick<Attempt, 'id' | 'sentAt'>[]; submitting: number } {
  const open = [...tables.lost]
    .filter(({ provider: its }) => its === provider)
    .filter((attempt) => requestHash === null || attempt.requestHash === requestHash)
    .sort((a, b) => Number(a.sentAt) - Number(b.sentAt) || (a.id < b.id ? -1 : 1));
  const isSubmitting = ({ videoId }: Attempt) => tables.videos.get(videoId)?.state === 'submitting';
  return {
    lost: open.filter((attempt) => !isSubmitting(attempt)).map(({ id, sentAt }) => ({ id, sentAt })),
    submitting: open.filter(isSubmitting).length,
  };
}

export function knownUpstreamIds(tables: Tables, provider: string, ids: string[]): Set<string> {
  return new Set(ids.filter((id) => attemptOfJob(tables, provider, id)));
}

export function hasOtherAnswers(tables: Tables, provider: string, exceptVideoId: string, since: Date): boolean {
  return [...tables.videos.values()].some((video) => {
    if (video.provider !== provider || video.id === exceptVideoId || isClaimed(tables, video)) return false;
    const { operation, checks, watch } = newestAttempt(tables, video.id);
    const lately = video.checkedAt !== null && video.checkedAt >= since;
    return lately && operation !== null && checks > 0 && !watch.missing && !watch.trouble && !watch.downloads;
  });
}
