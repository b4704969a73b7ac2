import { type ClientRequest, request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect as connectTcp, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream as WebStream } from 'node:stream/web';
import { connect as connectTls } from 'node:tls';

export type Post = {
  url: string;
  headers: Record<string, string>;
  /** A blob is read as it is sent. */
  body: Uint8Array | Blob;
  signal: AbortSignal;
  /** Asked when the connection stands and nothing is written yet; false = it is too late for that. */
  mayStillSend?: (() => boolean) | undefined;
  connectTimeoutMs?: number;
  /** Of the answer; more is cut off. */
  maxBytes?: number;
};

export type Outcome =
  /** No byte of the request was written: surely nothing happened. */
  | { kind: 'unsent'; error: Error }
  /** The request may have been read, and its answer is lost. */
  | { kind: 'lost'; error: Error }
  | { kind: 'answered'; status: number; headers: IncomingHttpHeaders; body: string };

/**
 * POSTs once, and says for sure whether anything was sent. Never throws, never retries, never follows a redirect.
 * 1. Connect, always anew: on a pooled connection that died, "reset" would not tell whether the request was read.
 * 2. Whatever fails before the connection stands (DNS, refusal, TLS, abort) is `unsent`, and so is what comes too late: a
 *    process that stood still must not send what somebody else looks after by now.
 * 3. Hand over the request: whatever fails from here on is `lost`, until the whole answer has been read.
 */
export async function post(options: Post): Promise<Outcome> {
  let socket: Socket;
  try {
    options.signal.throwIfAborted();
    socket = await openSocket(new URL(options.url), options.signal, options.connectTimeoutMs ?? 10_000);
  } catch (error) {
    return { kind: 'unsent', error: asError(error) };
  }
  if (options.mayStillSend?.() === false) {
    socket.destroy();
    return { kind: 'unsent', error: new Error('it is too late to send it') };
  }
  try {
    return await exchange(socket, options);
  } catch (error) {
    return { kind: 'lost', error: asError(error) };
  } finally {
    socket.destroy();
  }
}

/** Resolves once bytes can be written: for https after the handshake. */
function openSocket(url: URL, signal: AbortSignal, timeoutMs: number): Promise<Socket> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const secure = url.protocol === 'https:';
  if (!secure && url.protocol !== 'http:') throw new Error(`${url.protocol} is not spoken`);
  const port = Number(url.port || (secure ? 443 : 80));
  return new Promise((resolve, reject) => {
    const socket = secure
      ? connectTls({ host, port, servername: isLiteral(url.hostname) ? '' : host, ALPNProtocols: ['http/1.1'] })
      : connectTcp({ host, port });
    const settle = (error: Error | null) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      socket.off('error', settle);
      socket.off('close', onClose);
      // A late error has nobody left to tell: the request tells its own.
      socket.on('error', () => undefined);
      if (!error) return resolve(socket);
      socket.destroy();
      reject(error);
    };
    const onAbort = () => settle(asError(signal.reason));
    const onClose = () => settle(new Error('the connection was closed before it stood'));
    const timer = setTimeout(() => settle(new Error(`no connection within ${timeoutMs} ms`)), timeoutMs);
    signal.addEventListener('abort', onAbort, { once: true });
    socket.once('error', settle).once('close', onClose);
    socket.once(secure ? 'secureConnect' : 'connect', () => settle(null));
  });
}

function exchange(socket: Socket, { url, headers, body, signal, maxBytes = 1_000_000 }: Post): Promise<Outcome> {
  const send = url.startsWith('https:') ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const outgoing: ClientRequest = send(url, {
      method: 'POST',
      headers: {
        ...headers,
        'content-length': String(body instanceof Blob ? body.size : body.byteLength),
        connection: 'close',
      },
      // Only without an agent is this very socket used.
      createConnection: () => socket,
      signal,
    });
    let answering = false;
    outgoing.once('response', (answer) => {
      answering = true;
      readText(answer, maxBytes).then((text) => {
        resolve({ kind: 'answered', status: answer.statusCode ?? 0, headers: answer.headers, body: text });
      }, reject);
    });
    // A server may answer early and close while we still write: the answer, once begun, decides.
    outgoing.on('error', (error) => {
      if (!answering || signal.aborted) reject(error);
    });
    if (!(body instanceof Blob)) outgoing.end(body);
    else pipeline(Readable.fromWeb(body.stream() as WebStream), outgoing).catch((error) => answering || reject(error));
  });
}

async function readText(answer: IncomingMessage, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes >= maxBytes) break;
  }
  return Buffer.concat(chunks).subarray(0, maxBytes).toString('utf8');
}

const isLiteral = (hostname: string) => hostname.startsWith('[') || /^[\d.]+$/.test(hostname);
const asError = (error: unknown) => (error instanceof Error ? error : new Error(String(error)));
