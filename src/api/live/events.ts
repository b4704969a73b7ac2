import { createRoute } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { z } from 'zod';
import { ownOrigin } from '#api/auth/client.ts';
import { identityOf } from '#api/auth/identity.ts';
import { type Api, type Env, visibleTo } from '#api/context.ts';
import { createRoutes, problems, videoId } from '#api/route.ts';
import { find } from '#api/videos/videos.ts';
import type { Audience } from '#notify/live.ts';
import { type Feed, type Listening, type Message, startFeed } from './feed.ts';

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
  const { clock } = api.system;
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
    const lastId = c.req.header('last-event-id');
    return new Response(streamOf(api, c, { subscription, audience, origin, lastId, stillOpen }), { headers });
  });

  return routes;
}

const encoder = new TextEncoder();
const retry = encoder.encode('retry: 2000\n\n');
const stillHere = encoder.encode(': still here\n\n');
const bytesOf = new WeakMap<Message, Uint8Array>();

/** Written out once for all who hear it. */
function format(message: Message): Uint8Array {
  const { event, id, data } = message;
  const bytes = bytesOf.get(message) ?? encoder.encode(`event: ${event}\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`);
  bytesOf.set(message, bytes);
  return bytes;
}

/** At the client's pace: what it does not take stays, newest only, in the subscription. */
function streamOf(api: Api, c: Context<Env>, listening: Listening): ReadableStream<Uint8Array> {
  let feed: Feed;
  return new ReadableStream({
    start(controller) {
      const isReady = () => (controller.desiredSize ?? 0) > 0;
      controller.enqueue(retry);
      feed = startFeed(api, listening, {
        isReady,
        send: (message) => controller.enqueue(format(message)),
        beat: () => isReady() && controller.enqueue(stillHere),
        end(error) {
          if (error === undefined) return controller.close();
          c.var.log.warn({ err: error, request: c.var.requestId }, 'a live stream broke off');
          controller.error(error);
        },
      });
      c.req.raw.signal.addEventListener('abort', () => feed.close(), { once: true });
    },
    pull: () => feed.resume(),
    cancel: () => feed.close(),
  });
}
