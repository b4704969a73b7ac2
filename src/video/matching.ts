import type { Listed } from './answer.ts';
import type { Attempt, Request } from './video.ts';

/** Clocks differ: a job may seem to be created a little before it was asked for. */
const skewMs = 60_000;

/** Could this listed job be what the request asked for? What the provider does not tell cannot speak against it. */
export function matches(request: Request, sentAt: Date, job: Listed): boolean {
  if (job.createdAt.getTime() < sentAt.getTime() - skewMs) return false;
  if (job.prompt !== null && job.prompt !== request.prompt) return false;
  if (job.model !== null && request.model !== null && job.model !== request.model) return false;
  if (job.seconds !== null && job.seconds !== request.seconds) return false;
  return job.size === null || job.size === request.size;
}

/**
 * Which job belongs to the attempt. Equal requests are interchangeable, so k lost attempts and exactly k free
 * candidates are paired by age; with any other number nothing is proved. Null = no proof (yet).
 */
export function adopt(
  attemptId: string,
  request: Request,
  lost: Pick<Attempt, 'id' | 'sentAt'>[],
  free: Listed[],
): Listed | null {
  const byAge = [...lost].sort((a, b) => Number(a.sentAt) - Number(b.sentAt) || (a.id < b.id ? -1 : 1));
  const place = byAge.findIndex((attempt) => attempt.id === attemptId);
  const oldest = byAge[0]?.sentAt;
  if (!oldest) return null;
  const candidates = free
    .filter((job) => matches(request, oldest, job))
    .sort((a, b) => Number(a.createdAt) - Number(b.createdAt) || (a.upstreamId < b.upstreamId ? -1 : 1));
  return candidates.length === byAge.length ? (candidates[place] ?? null) : null;
}
