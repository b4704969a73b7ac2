// `npm run backup [-- --to DIR] [-- --without-media]`: the whole installation in one directory, running or not.
import '../src/quick-start.ts';
import { resolve } from 'node:path';
import { loadConfig } from '#config.ts';
import { readFlags } from './flags.ts';

const values = readFlags({ to: { type: 'string' }, 'without-media': { type: 'boolean', default: false } });
const stamp = new Date().toISOString().slice(0, 19).replaceAll(':', '-');
const dir = resolve(values.to ?? `dailies-backup-${stamp}`);

try {
  const config = loadConfig();
  const { takeBackup } = await import('./backup/take.ts');
  const { manifest, copied, kept } = await takeBackup(config, dir, {
    media: !values['without-media'],
    say: console.log,
  });
  if (copied) console.log(`${copied.files} files, ${(copied.bytes / 1e6).toFixed(0)} MB, every checksum as in its row`);
  for (const key of copied?.missing ?? []) console.log(`not there: ${key}`);
  if (kept.includes('secret'))
    console.log('It holds the secret of this installation, which opens its stored keys: keep it safe.');
  else console.log('DAILIES_SECRET is not in it: without it the stored keys cannot be read. Keep it too.');
  if (!manifest.stopped)
    console.log('It was taken while work went on: a restore looks for what may have been sent since.');
  console.log(`The backup is in ${dir}`);
} catch (error) {
  console.error(`dailies: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}
