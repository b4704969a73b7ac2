import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect, createServer as createTcpServer } from 'node:net';
import { join } from 'node:path';
import { getRequestListener } from '@hono/node-server';
import { boot } from '#boot.ts';
import { loadConfig } from '#config.ts';
import { createSimulator } from '#simulator/server.ts';
import { newDataDir } from '../data-dir.ts';

/** What becomes of an answer that was ready to go. */
export type Fault = 'cut before it' | 'cut within it' | 'another instead';

export type Product = Awaited<ReturnType<typeof startProduct>>;

export const apiKey = `dk_${'protocol'.repeat(4)}`;

/** The product and its simulator in this process, behind a server that loses answers on demand. */
export async function startProduct() {
  const directory = await newDataDir('dailies-protocol-');
  const simulator = createSimulator({ dataDir: join(directory, 'upstream'), speed: 0, fps: 1, oneClip: true });
  const dailies = await boot(
    loadConfig(
      {
        DAILIES_DATA_DIR: directory,
        DAILIES_API_KEY: apiKey,
        DAILIES_SIMULATOR_URL: await simulator.listen(),
        DAILIES_SCHEDULE: 'fixed:100ms',
        LOG_LEVEL: 'silent',
      },
      directory,
    ),
  );
  const api = getRequestListener(dailies.app.fetch, { overrideGlobalObjects: false });
  const faults: Fault[] = [];
  const requests: { method: string; path: string; headers: IncomingMessage['headers'] }[] = [];
  const server = createServer((request, response) => {
    const { method = '', url: path = '', headers } = request;
    requests.push({ method, path, headers });
    const fault = method === 'POST' ? faults.shift() : undefined;
    if (fault) lose(response, fault);
    api(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    system: dailies.system,
    /** For the next POSTs. */
    faults,
    requests,
    async stop() {
      server.close();
      server.closeAllConnections();
      await dailies.stop();
      await simulator.close();
      await rm(directory, { recursive: true, force: true });
    },
    port,
  };
}

function lose(response: ServerResponse, fault: Fault): void {
  const { write, end, writeHead } = response;
  const cut = () => {
    response.destroy();
    return true;
  };
  const own = {
    'cut before it': { writeHead: () => response, write: cut, end: cut },
    'cut within it': { write: (chunk: Uint8Array) => write.call(response, chunk.slice(0, 20), 'utf8', cut), end: cut },
    'another instead': {
      writeHead: () => writeHead.call(response, 502),
      write: () => true,
      end: () => end.call(response, '{"error":{"message":"bad gateway"}}', 'utf8'),
    },
  };
  Object.assign(response, own[fault]);
}

/** A proxy that swallows the first answers: the server believes that they were heard. */
export async function startLosingProxy(port: number, losses: number) {
  let left = losses;
  const server = createTcpServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    client.pipe(upstream);
    for (const socket of [client, upstream]) socket.on('error', () => socket.destroy());
    upstream.on('data', (chunk) => {
      if (left > 0) {
        left -= 1;
        client.destroy();
      } else client.write(chunk);
    });
    upstream.on('end', () => client.end());
    client.on('close', () => upstream.end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, stop: () => server.close() };
}
