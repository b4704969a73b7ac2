import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { parseArgs } from 'node:util';
import { getRequestListener } from '@hono/node-server';
import type { Upgrade } from '#api/live/sockets.ts';
import { loadConfig } from '#config.ts';
import { greeting } from './greeting.ts';
import { createPages, type Pages } from './pages.ts';
import { stopOnSignal } from './stop.ts';

const apiPath = /^\/((api|v1)(\/|\?|$)|(openapi\.json|healthz|readyz)(\?|$))/;
const isWebSocket = ({ headers }: IncomingMessage) => headers.upgrade?.toLowerCase() === 'websocket';
const isLive = ({ url }: IncomingMessage) => /^\/ws(\?|$)/.test(url ?? '');
const isHotReload = ({ url }: IncomingMessage) => url?.startsWith('/_next/') ?? false;
/** Who takes longer to say what he wants only holds a connection. */
const patience = { headersTimeout: 10_000, connectionsCheckingInterval: 2_000 };
/** After that, connections that are still busy are cut. */
const drainMs = 1_500;

/**
 * One server for everything: the API never passes through Next, and Next never sees the database.
 * 1. Take the port, so that a second start fails before it loads or touches anything.
 * 2. Load the parts and put them together; requests that come meanwhile wait.
 * 3. Load the pages beside, and say where we are.
 */
export async function serve(): Promise<void> {
  const { values } = parseArgs({ options: { dev: { type: 'boolean', default: false } } });
  const config = loadConfig();
  if (config.role === 'worker') {
    const { work } = await import('./work.ts');
    return work();
  }
  const shouldUpgradeCallback = (request: IncomingMessage) =>
    isWebSocket(request) && (isLive(request) || (values.dev && isHotReload(request)));
  const server = createServer({ shouldUpgradeCallback, ...patience });
  // Longer than a proxy keeps its connections, or it would send into one that we just closed.
  server.keepAliveTimeout = 65_000;
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => sockets.add(socket.once('close', () => sockets.delete(socket))));
  type Parts = { route: (request: IncomingMessage) => RequestListener; pages: Pages; live: Upgrade };
  const parts = Promise.withResolvers<Parts>();
  server.on('request', async (request, response) => {
    const { route } = await parts.promise;
    route(request)(request, response);
  });
  server.on('upgrade', async (request, socket, head) => {
    const { pages, live } = await parts.promise;
    (isLive(request) ? live : pages.upgrade)(request, socket, head);
  });
  const port = await listen(server, config.port, config.host);
  const { boot } = await import('#boot.ts');
  const dailies = await boot(config);
  const { log, app } = dailies;
  const mediaOrigins = config.s3 ? [(await import('#media/s3.ts')).publicOriginOf(config.s3)] : [];
  const https = config.appUrl?.startsWith('https:') ?? false;
  const pages = createPages({ dev: values.dev, host: config.host, port, mediaOrigins, https, log });
  const api = getRequestListener(app.fetch, { overrideGlobalObjects: false });
  const route = (request: IncomingMessage) => (apiPath.test(request.url ?? '') ? api : pages.handle);
  parts.resolve({ route, pages, live: dailies.upgrade });

  stopOnSignal(async () => {
    await Promise.all([dailies.endStreams(), drain(server, sockets)]);
    await dailies.stop();
  }, log);
  for (const line of await greeting(dailies, port)) console.log(line);
}

async function listen(server: Server, port: number, host: string): Promise<number> {
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : '';
    if (code === 'EADDRINUSE') throw new Error(`PORT is ${port}: it is in use on ${host} already; set another one`);
    if (code === 'EACCES') throw new Error(`PORT is ${port}: this user may not open it; set one above 1023`);
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
      throw new Error(`HOST is "${host}": this machine has no such address`);
    }
    throw error;
  }
  return (server.address() as AddressInfo).port;
}

/** No new connections, a moment for the answers under way, then the line is cut, WebSockets of the pages too. */
async function drain(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeIdleConnections();
  const idle = setInterval(() => server.closeIdleConnections(), 50);
  const cut = setTimeout(() => {
    for (const socket of sockets) socket.destroy();
  }, drainMs);
  await closed;
  clearInterval(idle);
  clearTimeout(cut);
}
