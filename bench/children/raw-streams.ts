// What a live stream costs at least: node:http, and a POST that writes its body to every open stream.
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { endWithParent, onAsked, tell } from './parent.ts';

const streams = new Set<ServerResponse>();
const server = createServer(async (request, response) => {
  if (request.method === 'GET') {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write('event: snapshot\ndata: {}\n\n');
    streams.add(response.on('close', () => streams.delete(response)));
    return;
  }
  const bytes = Buffer.concat(await request.toArray());
  for (const stream of streams) stream.write(bytes);
  response.end();
});
server.keepAliveTimeout = 65_000;
server.listen(0, '127.0.0.1', () => {
  tell({ origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
});
onAsked(async () => ({ rssBytes: process.memoryUsage.rss() }));
endWithParent();
