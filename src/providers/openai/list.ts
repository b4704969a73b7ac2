import { isApiShaped, isReply, noAnswer, type Reply, unreadable } from '#providers/answers/reply.ts';
import type { Listed, NoAnswer } from '#video/answer.ts';
import type { Json } from '#video/video.ts';
import { ask, type Connection } from './client.ts';
import { readVideo, type VideoBody } from './wire.ts';

/** `unsupported` = the API itself says that it has no listing (New-API, LLMGateway). */
export type Listing = { kind: 'complete'; jobs: Listed[] } | NoAnswer | { kind: 'unsupported' };

const pageSize = 100;
const maxPages = 50;

/**
 * Every job created at or after `since`: newest first, page by page, until the jobs are older or there are no more.
 * Where `has_more` is missing (SGLang), one more page is asked for: empty, or known already = that was all.
 */
export async function list(connection: Connection, since: Date, signal: AbortSignal): Promise<Listing> {
  const jobs = new Map<string, Listed>();
  let after: string | null = null;
  for (let page = 0; page < maxPages; page++) {
    const cursor: string = after === null ? '' : `&after=${encodeURIComponent(after)}`;
    const reply = await ask(connection, `/videos?order=desc&limit=${pageSize}${cursor}`, signal);
    if (!isReply(reply)) return reply;
    const items = reply.status === 200 ? itemsOf(reply.json) : null;
    if (!items)
      return page === 0 && isUnsupported(reply) ? { kind: 'unsupported' } : noAnswer(reply, connection.redact);

    const known = jobs.size;
    for (const item of items) {
      const job = readListed(item);
      if (!job) return unreliable('a job in the list has no id or no time that can be read');
      jobs.set(job.upstreamId, job);
      after = job.upstreamId;
    }
    const [...all] = jobs.values();
    const hasMore = hasMoreOf(reply.json);
    const ended = items.length === 0 || jobs.size === known || hasMore === false;
    if (ended || endsBefore(all, since)) {
      // "More" that never comes: the cursor does not work, and nobody knows what is missing.
      if (jobs.size === known && hasMore) return unreliable('the list does not go on behind its first page');
      return { kind: 'complete', jobs: all.filter((job) => job.createdAt >= since) };
    }
  }
  return unreliable(`the list has more than ${maxPages} pages`);
}

const isUnsupported = (reply: Reply) =>
  reply.status === 405 || reply.status === 501 || (reply.status === 404 && isApiShaped(reply));

function itemsOf(json: Json | undefined): Json[] | null {
  if (Array.isArray(json)) return json;
  if (typeof json !== 'object' || json === null) return null;
  return Array.isArray(json.data) ? json.data : null;
}

function hasMoreOf(json: Json | undefined): boolean | null {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return null;
  return typeof json.has_more === 'boolean' ? json.has_more : null;
}

function readListed(item: Json): Listed | null {
  const video: VideoBody | null = readVideo(item);
  if (!video?.id || !video.createdAt) return null;
  const { id, createdAt, prompt, model, seconds, size } = video;
  return { upstreamId: id, operation: { id }, createdAt, prompt, model, seconds, size };
}

/** Old enough to stop, if it really comes newest first. */
function endsBefore(jobs: Listed[], since: Date): boolean {
  const last = jobs.at(-1);
  const sorted = jobs.every((job, i) => i === 0 || job.createdAt <= (jobs[i - 1]?.createdAt ?? job.createdAt));
  return sorted && last !== undefined && last.createdAt < since;
}

const unreliable = (why: string): NoAnswer => unreadable(`The provider's list cannot be relied on: ${why}.`);
