import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { start } from '../../src/process-testing.ts';
import { type Asked, count } from './count.ts';
import { brokenAmong, type Fault, type Ground, type Outcome } from './fault.ts';
import { openHouse } from './house.ts';
import { keepAsking } from './kills.ts';

const houseDir = join(import.meta.dirname, '../..');
const migrations = 'src/store/migrations';

export const rollingRestart: Fault = {
  name: 'old and new version side by side',
  about:
    'workers from before the newest migration work beside the present ones, on the schema of today, and end one by one',
  async run(ground) {
    if (!ground.postgresUrl) return 'no PostgreSQL is reachable';
    const old = checkOutOld();
    if (typeof old === 'string') return old;
    try {
      return await restart(ground, ground.postgresUrl, old);
    } finally {
      old.remove();
    }
  },
};

async function restart({ long, say }: Ground, databaseUrl: string, old: Old): Promise<Outcome> {
  const house = await openHouse({ databaseUrl, workers: 1 });
  const veterans = Array.from({ length: long ? 2 : 1 }, () => start('worker', house.env, old.dir));
  try {
    await Promise.all(veterans.map((worker) => worker.ready()));
    // For a moment the old ones are alone: what was begun by one version is ended by the other.
    const asked: Asked = new Map();
    const rounds = long ? 10 : 1;
    {
      await using asking = keepAsking(house, asked);
      for (let round = 0; round < rounds; round++) {
        await house.workers[0]?.stop();
        await sleep(long ? 3_000 : 1_000);
        await house.replaceWorker(0);
        await sleep(long ? 3_000 : 500);
        asking.check();
      }
    }
    const ended = veterans.filter(({ child }) => child.exitCode !== null).length;
    const complaints = veterans
      .flatMap((worker) => worker.output().split('\n'))
      .filter((line) => /"level":50/.test(line));
    if (complaints[0]) say(complaints[0]);
    await Promise.all(veterans.map((worker) => worker.stop()));
    const { figures, broken } = await count(house, asked);
    return {
      figures: {
        'old version': old.commit,
        'migrations it does not know': old.behind,
        'restarts of the new one': rounds,
        ...figures,
        'errors of the old ones': complaints.length,
      },
      broken: [
        ...broken,
        ...brokenAmong({ 'no old worker ends by itself': ended === 0, 'none logs an error': complaints.length === 0 }),
      ],
    };
  } finally {
    await Promise.all(veterans.map((worker) => worker.stop()));
    await house.close();
  }
}

type Old = { dir: string; commit: string; behind: number; remove(): void };

/** The last commit before the newest migration, in a directory of its own; a string says why there is none. */
function checkOutOld(): Old | string {
  const git = (...args: string[]) =>
    execFileSync('git', args, { cwd: houseDir, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
  if (!existsSync(join(houseDir, '.git'))) return 'this is no git checkout: there is no older version';
  const files = (dir: string) => readdirSync(join(dir, migrations)).filter((name) => name.endsWith('.sql'));
  const newest = files(houseDir).toSorted().at(-1);
  const added = git('log', '--diff-filter=A', '-1', '--format=%H', '--', `${migrations}/${newest}`);
  if (!added) return 'the newest migration is not committed';
  const dir = mkdtempSync(join(tmpdir(), 'dailies-old-'));
  try {
    git('worktree', 'add', '--detach', '--force', dir, `${added}^`);
  } catch (error) {
    rmSync(dir, { recursive: true, force: true });
    return `the version before it cannot be had: ${String(error).split('\n')[0]}`;
  }
  symlinkSync(join(houseDir, 'node_modules'), join(dir, 'node_modules'));
  return {
    dir,
    commit: git('rev-parse', '--short', `${added}^`),
    behind: files(houseDir).length - files(dir).length,
    remove() {
      git('worktree', 'remove', '--force', dir);
    },
  };
}
