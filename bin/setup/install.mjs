// npm install, when the lock file is not the one that was installed.
import { existsSync } from 'node:fs';
import { childEnvironment, inHouse, nodeBinary, runStep, say } from './house.mjs';
import { fingerprint, readStamp, removeStamp, writeStamp } from './stamp.mjs';

const stamp = inHouse('node_modules/.dailies-lock');
const wanted = () => `${fingerprint(['package-lock.json'])} ${process.platform}-${process.arch}`;

export const isInstalled = () => readStamp(stamp) === wanted() && existsSync(nodeBinary);

export async function install() {
  if (readStamp(stamp) !== wanted()) {
    say('installing packages (npm install)');
    removeStamp(stamp);
    // --include=dev: Node itself and the tests are devDependencies, which NODE_ENV=production would leave out.
    await npm(['install', '--include=dev', '--no-audit', '--no-fund']);
    // Read again: npm may have put the lock file in order.
    writeStamp(stamp, wanted());
  }
  if (!existsSync(nodeBinary)) {
    // ignore-scripts in somebody's npmrc leaves the package without its binary: do what its script would have done.
    say('fetching Node 24');
    await runStep(process.execPath, ['installArchSpecificPackage.js'], {
      cwd: inHouse('node_modules/node'),
      env: childEnvironment(),
    });
  }
}

/** The npm that called us, else the one on the path. @param {string[]} args */
function npm(args) {
  const cli = process.env.npm_execpath;
  if (cli?.endsWith('npm-cli.js')) return runStep(process.execPath, [cli, ...args]);
  return runStep('npm', args, { shell: process.platform === 'win32' });
}
