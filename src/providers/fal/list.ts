import { isReply, noAnswer, unreadable } from '#providers/answers/reply.ts';
import type { Listed, NoAnswer } from '#video/answer.ts';
import type { Wire } from '../ai-sdk/hosted.ts';
import { falModels } from './models.ts';
import { readRequests } from './wire.ts';

const pageSize = 100;
const maxPages = 50;

/**
 * The requests of the models that we know, by `GET /v1/models/requests/by-endpoint`. fal sorts them by their end: one
 * that still runs may not be among them, so it is found only later. That is no harm: absence never sends again.
 */
export async function listRequests(
  { ask, redact }: Wire,
  url: string,
  since: Date,
  signal: AbortSignal,
): Promise<{ kind: 'complete'; jobs: Listed[] } | NoAnswer> {
  const endpoints = falModels.flatMap(({ name, imageEndpoint }) => (imageEndpoint ? [name, imageEndpoint] : [name]));
  const jobs: Listed[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < maxPages; page++) {
    const query = new URLSearchParams({
      endpoint_id: endpoints.join(','),
      start: since.toISOString(),
      limit: String(pageSize),
      expand: 'payloads',
      ...(cursor && { cursor }),
    });
    const reply = await ask(`${url}?${query}`, signal);
    if (!isReply(reply)) return reply;
    const read = reply.status === 200 ? readRequests(reply.json) : null;
    if (!read) return noAnswer(reply, redact);
    for (const { request_id: id, endpoint_id: endpoint, sent_at, started_at, json_input } of read.items) {
      const createdAt = sent_at ?? started_at;
      if (!createdAt) return unreadable('A request in the list of fal has no time that can be read.');
      const model = falModels.find(({ name, imageEndpoint }) => name === endpoint || imageEndpoint === endpoint);
      const app = endpoint.split('/').slice(0, 2).join('/');
      const prompt = json_input?.prompt ?? null;
      jobs.push({
        upstreamId: id,
        operation: { id, app },
        createdAt,
        prompt,
        model: model?.name ?? endpoint,
        seconds: null,
        size: null,
      });
    }
    cursor = read.next_cursor;
    if (!cursor || read.has_more === false) {
      return { kind: 'complete', jobs: jobs.filter(({ createdAt }) => createdAt >= since) };
    }
  }
  return unreadable(`The list of fal has more than ${maxPages} pages.`);
}
