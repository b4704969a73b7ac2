import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import type { Log } from '#engine/system.ts';

const projectDir = join(import.meta.dirname, '..');

/** No page may be framed, and no page passes its address on: it may hold a one-time token. */
const headers = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'same-origin',
  'content-security-policy': "frame-ancestors 'none'; object-src 'none'; base-uri 'none'; form-action 'self'",
};

export type Pages = {
  handle: RequestListener;
  /** Next's own WebSocket, which brings changed code to the browser in development. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
};

/** The pages of the studio. Next is loaded beside the rest of the start, and a page waits until it is ready. */
export function createPages(options: { dev: boolean; host: string; port: number; log: Log }): Pages {
  // Never listens: Next takes over the WebSockets of the server it is given, and ours are not all its own.
  const upgrades = createServer();
  const loading = load(options, upgrades);
  loading.catch((err) => options.log.error({ err }, 'the pages cannot be shown'));
  const handle: RequestListener = async (request, response) => {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    try {
      const handler = await loading;
      await handler(request, response);
    } catch (err) {
      options.log.error({ err, path: request.url?.split('?')[0] }, 'page failed');
      if (!response.headersSent) response.writeHead(503, { 'content-type': 'text/plain' });
      response.end('The pages cannot be shown: the log says why. The API works without them.\n');
    }
  };
  return {
    handle,
    upgrade(request, socket, head) {
      if (!upgrades.emit('upgrade', request, socket, head)) socket.destroy();
    },
  };
}

async function load({ dev, host, port }: { dev: boolean; host: string; port: number }, httpServer: Server) {
  const { default: next } = await import('next');
  const app = next({ dev, dir: projectDir, hostname: host, port, quiet: !dev, httpServer });
  await app.prepare();
  return app.getRequestHandler();
}
