// next build, when something that the pages are made of has changed. Everything else runs unbuilt.
import { existsSync } from 'node:fs';
import { childEnvironment, inHouse, nodeBinary, runStep, say } from './house.mjs';
import { fingerprint, readStamp, removeStamp, writeStamp } from './stamp.mjs';

const stamp = inHouse('.next/dailies-build');

/** What Next reads: the pages, what they draw with and tell, the types of the wire, and how all that is put together. */
const sources = [
  'src/app',
  'src/ui',
  'src/api/wire.ts',
  'src/video',
  'docs/failures',
  'public',
  'next.config.ts',
  'postcss.config.mjs',
  'postcss.config.ts',
  'tsconfig.json',
  'package.json',
  'package-lock.json',
];

export const isBuilt = () => readStamp(stamp) === fingerprint(sources);

export async function build() {
  if (isBuilt() || !existsSync(inHouse('src/app'))) return;
  say('building the pages (next build)');
  const from = fingerprint(sources);
  removeStamp(stamp);
  await runStep(nodeBinary, [inHouse('node_modules/next/dist/bin/next'), 'build'], {
    env: { ...childEnvironment(), NODE_ENV: 'production' },
  });
  writeStamp(stamp, from);
}
