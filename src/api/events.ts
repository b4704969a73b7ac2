import { createRoute } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { z } from 'zod';
import type { Audience, Change, Subscription } from '#notify/live.ts';
import { ownOrigin } from './client.ts';
import { type Api, type Env, visibleTo } from './context.ts';
import { identityOf } from './identity.ts';
import { createRoutes, problems, videoId } from './route.ts';
import { find } from './videos.ts';
import { absolute } from './view.ts';
import type { VideoView } from './wire.ts';

const heartbeatMs = 15_000;
const watchedForMs = 60_000;
const snapshotSize = 100;
const cursorPattern = /^\d{1,20}-\d{1,20}$/;

const headers = {
  'content-type': 'text/event-stream; charset=utf-8',
  // Proxies must neither keep nor compress it.
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
};

const stream = createRoute({
  method: 'get',
  path: '/events',
  summary: 'Server-Sent Events: a snapshot, then every change; `Last-Event-ID` resumes',
  request: {
    query: z.strictObject({
      /** Only this clip. */
      video: z.string().optional(),
      /** Of a signed link. */
      token: z.string().max(200).optional(),
    }),
  },
  responses: {
    200: { description: '`event: snapshot`, `event: video`, `event: removed`; `id:` is the cursor.' },
    ...problems,
  },
});

export function eventRoutes(api: Api) {
  const { store, clock } = api.system;
  const routes = createRoutes();

  routes.openapi(stream, async (c): Promise<Response> => {
    const { video, token } = c.req.valid('query');
    const { linkedVideo } = c.var;
    if (video && !linkedVideo) await find(api, c, video);
    const audience: Audience = {
      ownerId: linkedVideo ? null : visibleTo(c.var.who),
      ...(video && { videoId: videoId(video) }),
    };
    /** A stream ends with what opened it. */
    const stillOpen = async () =>
      linkedVideo
        ? api.links.verify(linkedVideo, token ?? '', clock.now())
        : (await identityOf(api, c.req.raw.headers)) !== null;
    // Nobody would read the stream, and nothing would end it.
    if (c.req.method === 'HEAD') return new Response(null, { headers });
    const origin = ownOrigin(c, api.settings);
    const subscription = await api.live.subscribe(audience);
    const beat = async () => {
      if (video) await store.markWatched(video, watchedForMs);
      return stillOpen();
    };
    const messages = tell(c, subscription, audience, origin, beat);
    return new Response(
      streamOf(messages, () => subscription.close(), c),
      { headers },
    );
  });

  async function* tell(
    c: Context<Env>,
    subscription: Subscription<VideoView>,
    audience: Audience,
    origin: string,
    beat: () => Promise<boolean>,
  ): AsyncGenerator<Uint8Array> {
    yield encoder.encode('retry: 2000\n\n');
    if (!(await beat())) return;
    const lastId = c.req.header('last-event-id');
    const missed = lastId && cursorPattern.test(lastId) ? await api.live.since(lastId, audience) : null;
    if (missed) for (const change of missed) yield format(change, origin);
    else yield await snapshot(audience, origin);
    for (;;) {
      const change = await subscription.next(heartbeatMs);
      if (change === null) return;
      if (change !== 'idle') yield format(change, origin);
      else if (await beat()) yield encoder.encode(': still here\n\n');
      else return;
    }
  }

  async function snapshot({ ownerId, videoId }: Audience, origin: string): Promise<Uint8Array> {
    // Before the rows are read: what changes meanwhile is told once more, never lost.
    const cursor = await store.latestCursor();
    const one = videoId ? await store.get(videoId, null) : null;
    const found = videoId
      ? [one].filter((it) => it !== null)
      : await store.list({ ownerId, limit: snapshotSize, order: 'desc' });
    const videos = await Promise.all(found.map(async (details) => absolute(await api.views.of(details), origin)));
    const counts = videoId ? {} : await store.count(ownerId);
    return message('snapshot', cursor, { videos, counts });
  }

  return routes;
}

const encoder = new TextEncoder();
const written = new WeakMap<Change<VideoView>, Map<string, Uint8Array>>();

/** Written out once for all who came by the same address. */
function format(change: Change<VideoView>, origin: string): Uint8Array {
  const known = written.get(change) ?? new Map<string, Uint8Array>();
  written.set(change, known);
  const text = known.get(origin) ?? textOf(change, origin);
  known.set(origin, text);
  return text;
}

const textOf = ({ cursor, videoId, view }: Change<VideoView>, origin: string): Uint8Array =>
  view ? message('video', cursor, absolute(view, origin)) : message('removed', cursor, { id: videoId });

const message = (event: string, id: string, data: unknown): Uint8Array =>
  encoder.encode(`event: ${event}\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`);

/** Pulled by the client's pace: what it does not take stays, newest only, in the subscription. */
function streamOf(
  messages: AsyncGenerator<Uint8Array>,
  close: () => void,
  c: Context<Env>,
): ReadableStream<Uint8Array> {
  const end = () => close();
  c.req.raw.signal.addEventListener('abort', end, { once: true });
  return new ReadableStream({
    async pull(controller) {
      try {
        const { value, done } = await messages.next();
        if (done) {
          end();
          controller.close();
        } else controller.enqueue(value);
      } catch (error) {
        c.var.log.warn({ err: error, request: c.var.requestId }, 'a live stream broke off');
        end();
        controller.error(error);
      }
    },
    cancel: end,
  });
}
