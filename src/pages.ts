import { randomBytes } from 'node:crypto';
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
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
};

export type Pages = {
  handle: RequestListener;
  /** Next's own WebSocket, which brings changed code to the browser in development. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
};

export type PagesOptions = {
  dev: boolean;
  host: string;
  port: number;
  /** Where clips may be redirected to: the origins of a bucket. */
  mediaOrigins: readonly string[];
  /** Reached by https alone: a browser that was here once must not try http again. */
  https: boolean;
  log: Log;
};

/** The pages of the studio. Next is loaded beside the rest of the start, and a page waits until it is ready. */
export function createPages(options: PagesOptions): Pages {
  // Never listens: Next takes over the WebSockets of the server it is given, and ours are not all its own.
  const upgrades = createServer();
  const loading = load(options, upgrades);
  loading.catch((err) => options.log.error({ err }, 'the pages cannot be shown'));
  const handle: RequestListener = async (request, response) => {
    const policy = pagePolicy(randomBytes(16).toString('base64'), options);
    // Next reads the nonce for its own scripts out of the request; nobody outside may name it.
    request.headers['content-security-policy'] = policy;
    delete request.headers['content-security-policy-report-only'];
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    response.setHeader('content-security-policy', policy);
    if (options.https) response.setHeader('strict-transport-security', 'max-age=31536000');
    try {
      const handler = await loading;
      if (isReadable(request.url)) return await handler(request, response);
      response.writeHead(400, { 'content-type': 'text/plain' });
      response.end('This address cannot be read: after a % stand two digits of UTF-8.\n');
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

function isReadable(url = '/'): boolean {
  try {
    decodeURI(url.split('?')[0] ?? '');
    return true;
  } catch (error) {
    if (error instanceof URIError) return false;
    throw error;
  }
}

/**
 * Only scripts that carry the nonce of this very answer run, and what those load. Styles may stand inline: players and
 * overlays bring their own, and a style alone reaches nobody outside.
 */
function pagePolicy(nonce: string, { dev, mediaOrigins }: Pick<PagesOptions, 'dev' | 'mediaOrigins'>): string {
  const media = ["'self'", 'blob:', ...mediaOrigins].join(' ');
  return [
    "default-src 'self'",
    // React explains errors with eval in development.
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${dev ? " 'unsafe-eval'" : ''}`,
    "style-src 'self' 'unsafe-inline'",
    `img-src ${media} data:`,
    `media-src ${media}`,
    "object-src 'none'",
    "frame-src 'none'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'self'",
  ].join('; ');
}

async function load({ dev, host, port }: PagesOptions, httpServer: Server) {
  const { default: next } = await import('next');
  const app = next({ dev, dir: projectDir, hostname: host, port, quiet: !dev, httpServer });
  await app.prepare();
  return app.getRequestHandler();
}
