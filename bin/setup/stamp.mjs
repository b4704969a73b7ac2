// A stamp says which sources a finished step worked from. No stamp, or another one: the step is due.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { houseDir, inHouse } from './house.mjs';

/**
 * sha256 over names and contents of the files, and of all files in the folders, that are there. Contents, not times:
 * a checkout to and fro must not cost a build. A hundred files take some 10 ms.
 * @param {string[]} paths relative to the house
 */
export function fingerprint(paths) {
  const hash = createHash('sha256');
  for (const file of paths.flatMap((path) => filesIn(inHouse(path))).sort()) {
    hash
      .update(`${relative(houseDir, file)}\0`)
      .update(readFileSync(file))
      .update('\0');
  }
  return hash.digest('hex');
}

/** @param {string} path @returns {string[]} */
function filesIn(path) {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) return [];
  if (!found.isDirectory()) return /\.test\.tsx?$/.test(path) ? [] : [path];
  return readdirSync(path).flatMap((name) => filesIn(join(path, name)));
}

/** @param {string} path */
export function readStamp(path) {
  return statSync(path, { throwIfNoEntry: false }) ? readFileSync(path, 'utf8').trim() : null;
}

/** Whole or not at all. @param {string} path @param {string} text */
export function writeStamp(path, text) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.new`, `${text}\n`);
  renameSync(`${path}.new`, path);
}

/** @param {string} path */
export const removeStamp = (path) => rmSync(path, { force: true });
