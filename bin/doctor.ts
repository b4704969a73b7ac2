// One line for each thing that a start needs: what is there, and what to do about what is not. Changes nothing.
import { type Config, ConfigError, loadConfig } from '#config.ts';
import {
  checkBucket,
  checkBuild,
  checkDatabase,
  checkDataDir,
  checkLock,
  checkModels,
  checkNode,
  checkPort,
  checkProviders,
  checkSimulator,
  type Finding,
} from './symptoms.ts';

let problems = 0;
function print({ verdict, text }: Finding): void {
  if (verdict === 'problem') problems += 1;
  console.log(`${verdict.padEnd(8)} ${text}`);
}

function readConfig(): Config | null {
  try {
    const config = loadConfig();
    print({ verdict: 'ok', text: 'configuration: every variable that is set is understood' });
    return config;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    print({ verdict: 'problem', text: `configuration: ${error.message} Nothing that depends on it was looked at.` });
    return null;
  }
}

print(checkNode());
print(checkBuild());
const config = readConfig();
if (config) {
  print(checkDataDir(config));
  const lock = checkLock(config);
  print(lock.finding);
  print(await checkPort(config, lock.pid));
  const findings = [
    await checkDatabase(config),
    checkProviders(config),
    await checkModels(config),
    await checkBucket(config),
  ];
  for (const finding of findings.flat()) print(finding);
}
print(await checkSimulator());
console.log(problems === 0 ? '\nNothing is in the way of a start.' : `\n${problems} in the way of a start.`);
process.exitCode = problems === 0 ? 0 : 1;
