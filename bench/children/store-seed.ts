// Stores one finished clip as the seed does, and tells how much memory that took at its peak.
import OpenAI from 'openai';
import { openPglite } from '#store/database/pglite.ts';
import { openPostgres } from '#store/database/postgres.ts';
import { addActive, createSeedTable } from '../seed/schema.ts';
import { storeVideo } from '../seed/store-video.ts';
import { measureStorage } from './memory.ts';
import { argument, endWithParent, tell } from './parent.ts';

const { baseUrl, databaseUrl, schema, dataDir, urlType } = argument<{
  baseUrl: string;
  databaseUrl: string | null;
  schema: string;
  dataDir: string;
  urlType: 'text' | 'jsonb';
}>();
const database = databaseUrl
  ? await openPostgres({ url: databaseUrl, schema, poolSize: 1 })
  : await openPglite({ dataDir, schema });
await database.query(`create schema if not exists "${schema}"`);
await database.query('set statement_timeout = 0');
await createSeedTable(database, urlType);
await addActive(database, 1);
const openai = new OpenAI({ baseURL: baseUrl, apiKey: 'sk-bench' });

const storage = await measureStorage(() =>
  storeVideo({ database, openai }, { id: 'seed-1', sora_job_id: 'video_1' }, urlType),
);
await database.query('drop table videos');
await database.close();
tell(storage);
endWithParent();
