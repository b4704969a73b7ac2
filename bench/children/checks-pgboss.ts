// The same looks on the same tables, but each is a job of pg-boss: it reads the rows, writes the same columns, ends its
// job and adds the next one, in one transaction.
import { setImmediate as turn } from 'node:timers/promises';
import { connect } from '#store/database/connect.ts';
import { openJobs, within } from '#store/jobs.ts';
import type { Checked, CheckedFor, Checks } from '../checks.ts';
import { createSystem, silent } from '../engine.ts';
import { measureChecks } from './measure-checks.ts';
import { argument, endWithParent, onAsked, tell } from './parent.ts';
import { addRunning, raw } from './running.ts';

const { place, active, width } = argument<Checks>();
const queue = 'looks';
const database = await connect(place);
await addRunning(createSystem({ database, dir: place.dataDir, baseUrl: 'http://127.0.0.1:9/v1' }), database, active, 0);
const boss = await openJobs(database, { works: false, log: silent });
await boss.createQueue(queue, { expireInSeconds: 60, deleteAfterSeconds: 60 });
await boss.getQueueStats(queue);
const videos = await database.query<{ id: string }>('update videos set check_at = null returning id');
for (let from = 0; from < videos.length; from += 10_000) {
  await boss.insert(
    queue,
    videos.slice(from, from + 10_000).map(({ id }) => ({ data: { id } })),
  );
}
await database.query('analyze');

let looks = 0;

async function look(): Promise<void> {
  const jobs = await boss.fetch<{ id: string }>(queue, { batchSize: width });
  const rows = await database.query<{ video: { id: string } }>(
    `select row_to_json(v) as video, row_to_json(a) as attempt from videos v
     cross join lateral (select * from attempts where video_id = v.id order by n desc limit 1) a where v.id = any($1)`,
    [jobs.map(({ data }) => data.id)],
  );
  await turn();
  const seen = rows.map(({ video }) => ({ id: video.id, progress: 40, raw }));
  await database.transaction(async (tx) => {
    await tx.query(
      `with seen as (select * from jsonb_to_recordset($1::jsonb) as s(id text, progress int, raw jsonb)), video as (
         update videos v set progress = s.progress, progress_source = 'provider', checked_at = now()
         from seen s where v.id = s.id
       )
       update attempts a set checks = a.checks + 1, raw = s.raw from seen s where a.video_id = s.id`,
      [JSON.stringify(seen)],
    );
    const next = jobs.map(({ data }) => ({ data }));
    await boss.insert(queue, next, { db: within(tx) });
    const done = jobs.map(({ id }) => id);
    await boss.complete(queue, done, null, { db: within(tx) });
  });
  looks += jobs.length;
}

tell({});
onAsked(async ({ forMs }: CheckedFor): Promise<Checked> => {
  let over = false;
  const loop = async () => {
    while (!over) await look();
  };
  const looping = loop();
  try {
    return await Promise.race([
      measureChecks(database, forMs, () => ({ looks, late: [] })),
      looping.then(() => Promise.reject(new Error('the loop ended'))),
    ]);
  } finally {
    over = true;
    await looping;
  }
});
endWithParent(async () => {
  await boss.stop({ graceful: false, close: false, timeout: 1_000 });
  await database.close();
});
