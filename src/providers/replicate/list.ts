import { isReply, noAnswer, unreadable } from '#providers/answers/reply.ts';
import type { Listed, NoAnswer } from '#video/answer.ts';
import type { Wire } from '../ai-sdk/hosted.ts';
import { listedOf, readPage } from './wire.ts';

const maxPages = 50;

/** Every prediction since then, newest first, by `GET /v1/predictions`. Only the cursor of `next` is taken, never its address. */
export async function listPredictions(
  { ask, redact }: Wire,
  url: string,
  since: Date,
  signal: AbortSignal,
): Promise<{ kind: 'complete'; jobs: Listed[] } | NoAnswer> {
  const jobs: Listed[] = [];
  let query = '';
  for (let page = 0; page < maxPages; page++) {
    const reply = await ask(`${url}${query}`, signal);
    if (!isReply(reply)) return reply;
    const read = reply.status === 200 ? readPage(reply.json) : null;
    if (!read) return noAnswer(reply, redact);
    for (const item of read.results) {
      const job = listedOf(item);
      if (!job) return unreadable('A prediction in the list of Replicate has no id or no time that can be read.');
      if (job.createdAt < since) return { kind: 'complete', jobs };
      jobs.push(job);
    }
    const cursor = read.next && new URL(read.next, url).searchParams.get('cursor');
    if (!cursor) return { kind: 'complete', jobs };
    query = `?cursor=${encodeURIComponent(cursor)}`;
  }
  return unreadable(`The list of Replicate has more than ${maxPages} pages.`);
}
