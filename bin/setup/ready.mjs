import { existsSync } from 'node:fs';
import { build, isBuilt } from './build.mjs';
import { inHouse, nodeBinary } from './house.mjs';
import { install, isInstalled } from './install.mjs';
import { withSetupLock } from './lock.mjs';

/**
 * Installs and builds what is missing; costs some milliseconds when nothing is.
 * @param {{ built: boolean }} need whether the pages must be built
 * @returns {Promise<string>} the Node binary to go on with
 */
export async function makeReady({ built }) {
  const isReady = () => isInstalled() && (!built || isBuilt() || !existsSync(inHouse('src/app')));
  if (!isReady()) {
    await withSetupLock(async () => {
      if (!isInstalled()) await install();
      if (built) await build();
    });
  }
  return nodeBinary;
}
