import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { type Asked, isOwnPage, ownOrigin } from '#api/auth/client.ts';
import { identityOf, linkedVideo } from '#api/auth/identity.ts';
import { type Api, visibleTo } from '#api/context.ts';
import { type Listening, type Message, startFeed } from './feed.ts';

/** Whatever a client says is not listened to: no more than a ping has to fit. */
const maxIncomingBytes = 1_024;
const videoIdPattern = /^video_[0-9a-f]{32}$/;

/** Takes over the connection of a `GET /ws` that asks for WebSocket. */
export type Upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/** The live stream over WebSocket: the messages of `GET /api/events`, each as JSON `{event, id, data}`. */
export function createSockets(api: Api): Upgrade {
  const { log } = api.system;
  const server = new WebSocketServer({ noServer: true, maxPayload: maxIncomingBytes });

  async function take(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const admitted = await admit(api, request);
    if (typeof admitted === 'number') return refuse(socket, admitted);
    server.handleUpgrade(request, socket, head, (client) => {
      tell(client, admitted).catch((error) => {
        log.warn({ err: error }, 'a WebSocket could not be told anything');
        client.terminate();
      });
    });
  }

  async function tell(client: WebSocket, admitted: Admitted): Promise<void> {
    client.on('error', (error) => log.debug({ err: error }, 'a WebSocket ended with an error'));
    const subscription = await api.live.subscribe(admitted.audience);
    if (client.readyState !== client.OPEN) return subscription.close();
    let answered = true;
    let sending = 0;
    const feed = startFeed(
      api,
      { ...admitted, subscription },
      {
        isReady: () => sending === 0,
        send(message) {
          sending++;
          // At the client's pace: what it does not take stays, newest only, in the subscription.
          client.send(textOf(message), (error) => {
            sending--;
            if (error) client.terminate();
            else feed.resume();
          });
        },
        beat() {
          // A line that is gone without a word answers no ping.
          if (!answered) return client.terminate();
          answered = false;
          client.ping();
        },
        end(error) {
          if (error === undefined) return client.close(1001);
          log.warn({ err: error }, 'a WebSocket broke off');
          client.terminate();
        },
      },
    );
    client.on('close', () => feed.close());
    client.on('pong', () => {
      answered = true;
    });
  }

  return (request, socket, head) => {
    socket.on('error', (error) => log.debug({ err: error }, 'a connection ended before it became a WebSocket'));
    take(request, socket, head).catch((error) => {
      log.error({ err: error }, 'a WebSocket could not begin');
      refuse(socket, 500);
    });
  };
}

type Admitted = Omit<Listening, 'subscription'>;

/** Who may listen, and to what; else the HTTP status that says why not. As for `GET /api/events`, and a page's Origin. */
async function admit(api: Api, request: IncomingMessage): Promise<Admitted | number> {
  const headers = headersOf(request);
  const url = URL.parse(`http://${request.headers.host ?? 'localhost'}${request.url ?? '/'}`);
  if (!url) return 400;
  const asked: Asked = { req: { url: url.href, header: (name) => headers.get(name) ?? undefined } };
  const about = { origin: ownOrigin(asked, api.settings), lastId: url.searchParams.get('last_event_id') ?? undefined };
  const video = url.searchParams.get('video') ?? undefined;
  const token = url.searchParams.get('token') ?? undefined;
  const linked = linkedVideo(api, 'GET', '/api/events', video, token);
  if (linked && token) {
    const stillOpen = async () => api.links.verify(linked, token, api.system.clock.now());
    return { ...about, audience: { ownerId: null, videoId: linked }, stillOpen };
  }
  const who = await identityOf(api, headers);
  if (!who) return 401;
  // A browser sends cookies along with any page's WebSocket.
  if (who.byCookie && !isOwnPage(asked, api.settings)) return 403;
  const ownerId = visibleTo(who);
  if (video !== undefined) {
    const found = videoIdPattern.test(video) ? await api.system.store.get(video, ownerId) : null;
    if (!found || found.video.hiddenAt) return 404;
  }
  const stillOpen = async () => (await identityOf(api, headers)) !== null;
  return { ...about, audience: { ownerId, ...(video !== undefined && { videoId: video }) }, stillOpen };
}

function headersOf({ headers }: IncomingMessage): Headers {
  const entries = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value] as [string, string]],
  );
  return new Headers(entries);
}

const reasons: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  500: 'Internal Server Error',
};

function refuse(socket: Duplex, status: number): void {
  socket.end(`HTTP/1.1 ${status} ${reasons[status]}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
}

const texts = new WeakMap<Message, string>();

/** Written out once for all who hear it. */
function textOf(message: Message): string {
  const { event, id, data } = message;
  const text = texts.get(message) ?? JSON.stringify({ event, id, data });
  texts.set(message, text);
  return text;
}
