// What a status read costs at least: node:http, and the very SELECT that the product's store sends for one video.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type ConnectOptions, connect } from '#store/database/connect.ts';
import { openStore } from '#store/store.ts';
import { argument, endWithParent, tell } from './parent.ts';

const { place, id } = argument<{ place: ConnectOptions; id: string }>();
const database = await connect(place);
const { owner_id: ownerId } = (
  await database.query<{ owner_id: string }>('select owner_id from videos limit 1')
)[0] ?? {
  owner_id: '',
};
let select = '';
await openStore({
  ...database,
  query: (text, params) => {
    select ||= text;
    return database.query(text, params);
  },
}).get(id, ownerId);

const server = createServer(async (request, response) => {
  const [row] = await database.query<{ video: { state: string; progress: number } }>(select, [
    [request.url?.split('/')[3]],
    [ownerId],
  ]);
  const { state, progress } = row?.video ?? { state: 'unknown', progress: 0 };
  response.writeHead(row ? 200 : 404, { 'content-type': 'application/json' }).end(JSON.stringify({ state, progress }));
});
server.keepAliveTimeout = 65_000;
server.listen(0, '127.0.0.1', () => {
  tell({ origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
});
endWithParent(() => database.close());
