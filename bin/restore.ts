// `npm run restore -- --from DIR [--nothing-sent-since]`: a backup into an empty data directory or PostgreSQL.
import '../src/quick-start.ts';
import { resolve } from 'node:path';
import { loadConfig } from '#config.ts';
import { readFlags } from './flags.ts';

const values = readFlags({ from: { type: 'string' }, 'nothing-sent-since': { type: 'boolean', default: false } });

try {
  if (!values.from) throw new Error('which backup? npm run restore -- --from DIR');
  const config = loadConfig();
  const { putBack } = await import('./backup/put-back.ts');
  const options = { nothingSentSince: values['nothing-sent-since'], say: console.log };
  const { manifest, copied, doubted } = await putBack(config, resolve(values.from), options);
  const rows = Object.values(manifest.tables).reduce((sum, n) => sum + n, 0);
  console.log(`${rows} rows in ${Object.keys(manifest.tables).length} tables, as of ${manifest.takenAt}`);
  if (!copied) console.log('The backup has no files: bring them to the place where clips are stored.');
  for (const key of copied?.missing ?? []) console.log(`not in the backup: ${key}`);
  if (doubted > 0) console.log(`${doubted} waited to be sent, and may have been since: they are looked for first.`);
  console.log('Restored. npm start goes on from there.');
} catch (error) {
  console.error(`dailies: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}
