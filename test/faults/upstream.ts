import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Jobs that never end, at a server that knows how it is asked about them. */
export type Upstream = {
  /** Ends before `/videos`. */
  baseUrl: string;
  /** Looks so far. */
  looks(): number;
  /** Jobs that were looked at so far. */
  seen(): number;
  /** Jobs that were asked about again while a look at them was under way. */
  twiceInFlight(): number;
  posts(): number;
  close(): Promise<void>;
};

/** Every look takes so long; one whose connection is gone is over. */
export async function openUpstream({ latencyMs }: { latencyMs: number }): Promise<Upstream> {
  const inFlight = new Map<string, number>();
  const seen = new Set<string>();
  let looks = 0;
  let twice = 0;
  let posts = 0;
  const server = createServer((request, response) => {
    const id = request.url?.split('/')[3] ?? '';
    request.resume();
    if (request.method !== 'GET' || !id) {
      posts += request.method === 'POST' ? 1 : 0;
      return void answer(response, 404, { error: { message: 'no such thing', type: 'invalid_request_error' } });
    }
    looks++;
    seen.add(id);
    inFlight.set(id, (inFlight.get(id) ?? 0) + 1);
    if ((inFlight.get(id) ?? 0) > 1) twice++;
    response.once('close', () => inFlight.set(id, (inFlight.get(id) ?? 1) - 1));
    setTimeout(() => answer(response, 200, video(id)), latencyMs);
  });
  server.keepAliveTimeout = 120_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    looks: () => looks,
    seen: () => seen.size,
    twiceInFlight: () => twice,
    posts: () => posts,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function answer(response: ServerResponse, status: number, body: object): void {
  if (!response.destroyed) response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

const video = (id: string) => ({
  id,
  object: 'video',
  status: 'in_progress',
  progress: 10,
  created_at: Math.floor(Date.now() / 1_000),
  completed_at: null,
  expires_at: null,
  error: null,
  model: 'stub',
  seconds: '4',
  size: '320x180',
});
