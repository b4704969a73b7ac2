// The product as it serves its API, without the pages; configured by the environment alone.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { boot } from '#boot.ts';
import { loadConfig } from '#config.ts';
import { endWithParent, onAsked, tell } from './parent.ts';

const dailies = await boot(loadConfig());
const server = createServer(getRequestListener(dailies.app.fetch, { overrideGlobalObjects: false }));
server.keepAliveTimeout = 65_000;
server.listen(0, '127.0.0.1', () => {
  tell({ origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
});
onAsked(async () => ({ rssBytes: process.memoryUsage.rss() }));
endWithParent(() => dailies.stop());
