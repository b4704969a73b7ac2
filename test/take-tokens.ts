import { setTimeout as sleep } from 'node:timers/promises';
import { openPostgres } from '#store/database/postgres.ts';
import { openStore } from '#store/store.ts';

/** A process that asks for all the requests it can get, for so long, and says how many it got. */
const [url = '', schema = '', perMinute = '', forMs = ''] = process.argv.slice(2);
const database = await openPostgres({ url, schema, poolSize: 2 });
const store = openStore(database);
const untilMs = performance.now() + Number(forMs);
let taken = 0;
while (performance.now() < untilMs) {
  const { granted } = await store.takeTokens('sim', 3, Number(perMinute));
  const unused = Math.max(0, granted - 2);
  if (unused > 0) await store.giveTokens('sim', unused);
  taken += granted - unused;
  await sleep(5);
}
console.log(taken);
await database.close();
