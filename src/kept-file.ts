import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const tries = 40;
const restMs = 25;

/** The text of a secret file that only its owner may read; the first who needs it makes it, the others read that one. */
export async function keptFile(path: string, make: () => string): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  for (let i = 0; i < tries; i++) {
    const text = await readOrMake(path, make);
    if (text !== '') return text;
    // Another process has made it, and is about to write.
    await sleep(restMs);
  }
  throw new Error(`${path} is empty: remove it, and the next start makes it anew`);
}

async function readOrMake(path: string, make: () => string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
  const text = make();
  try {
    await writeFile(path, `${text}\n`, { mode: 0o600, flag: 'wx' });
    return text;
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    return '';
  }
}

const codeOf = (error: unknown) => (error instanceof Error && 'code' in error ? error.code : undefined);
