import { createRoute } from '@hono/zod-openapi';
import { z } from 'zod';
import type { Api } from '#api/context.ts';
import { createRoutes, problems } from '#api/route.ts';
import { sentenceOf } from '#api/videos/timeline.ts';
import type { AuditQuery, AuditEvent as Written } from '#engine/system.ts';
import { csvLine } from './csv.ts';
import { type AuditEvent, auditQuerySchema, auditSchema } from './wire.ts';

const pageSize = 100;
const exportPageSize = 500;

const audit = createRoute({
  method: 'get',
  path: '/audit',
  summary: 'Who did what, and when; `format` makes it a download of all that matches',
  request: { query: auditQuerySchema },
  responses: {
    200: {
      content: { 'application/json': { schema: auditSchema }, 'text/csv': { schema: z.string() } },
      description: 'Newest first; `next` is the `after` of the next page.',
    },
    ...problems,
  },
});

export function auditRoutes(api: Api) {
  const { store, clock } = api.system;
  const routes = createRoutes();

  async function* pages(query: Omit<AuditQuery, 'limit'>): AsyncGenerator<AuditEvent[]> {
    let after = query.after;
    for (;;) {
      const page = await store.audit({ ...query, ...(after && { after }), limit: exportPageSize });
      if (page.length > 0) yield page.map(viewOf);
      after = page.at(-1)?.cursor;
      if (page.length < exportPageSize) return;
    }
  }

  routes.openapi(audit, async (c) => {
    const { format, limit = pageSize, ...asked } = c.req.valid('query');
    const query = queryOf(asked);
    if (!format) {
      const found = await store.audit({ ...query, limit: limit + 1 });
      const events = found.slice(0, limit).map(viewOf);
      return c.json({ events, next: found.length > limit ? (events.at(-1)?.id ?? null) : null }, 200);
    }
    const name = `dailies-audit-${clock.now().toISOString().slice(0, 10)}.${format}`;
    return c.body(streamOf((format === 'csv' ? csv : list)(pages(query))), 200, {
      'content-type': format === 'csv' ? 'text/csv; charset=utf-8; header=present' : 'application/json',
      'content-disposition': `attachment; filename="${name}"`,
    });
  });

  return routes;
}

function queryOf(asked: Omit<z.infer<typeof auditQuerySchema>, 'format' | 'limit'>): Omit<AuditQuery, 'limit'> {
  const { actor, type, video, owner, from, to, after } = asked;
  return {
    ...(actor && { actor }),
    ...(type && { type }),
    ...(video && { videoId: video }),
    ...(owner && { ownerId: owner }),
    ...(from && { from: new Date(from) }),
    ...(to && { to: new Date(to) }),
    ...(after && { after }),
  };
}

const viewOf = ({ cursor, at, type, actor, videoId, ownerId, stateBefore, stateAfter, data }: Written): AuditEvent => ({
  id: cursor,
  at: at.toISOString(),
  type,
  text: sentenceOf(type, data),
  actor: { type: actor.type, ...(actor.id && { id: actor.id }) },
  video_id: videoId,
  owner_id: ownerId,
  provider: videoId === null && typeof data.provider === 'string' ? data.provider : null,
  state_before: stateBefore,
  state_after: stateAfter,
  data,
});

const columns = [
  'id',
  'at',
  'type',
  'text',
  'actor',
  'actor_id',
  'video_id',
  'owner_id',
  'provider',
  'state_before',
  'state_after',
  'data',
];

async function* csv(pages: AsyncIterable<AuditEvent[]>): AsyncGenerator<string> {
  yield csvLine(columns);
  for await (const page of pages) yield page.map(lineOf).join('');
}

const lineOf = ({ actor, data, ...event }: AuditEvent): string =>
  csvLine([
    event.id,
    event.at,
    event.type,
    event.text,
    actor.type,
    actor.id,
    event.video_id,
    event.owner_id,
    event.provider,
    event.state_before,
    event.state_after,
    JSON.stringify(data),
  ]);

async function* list(pages: AsyncIterable<AuditEvent[]>): AsyncGenerator<string> {
  let before = '[\n';
  for await (const page of pages) {
    yield before + page.map((event) => JSON.stringify(event)).join(',\n');
    before = ',\n';
  }
  yield before === '[\n' ? '[]\n' : '\n]\n';
}

/** Pulled by the client's pace: an export of years is never in memory as a whole. */
function streamOf(parts: AsyncGenerator<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    async pull(controller) {
      const { value, done } = await parts.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    cancel: async () => {
      await parts.return(undefined);
    },
  });
}
