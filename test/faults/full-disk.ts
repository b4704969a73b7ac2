import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { brokenAmong, type Fault, type Outcome } from './fault.ts';
import { type House, openHouse } from './house.ts';

export const fullDisk: Fault = {
  name: 'the disk is full',
  about: 'the place for clips is 1 MB, and taken; then there is room again',
  async run() {
    if (process.getuid?.() !== 0 || process.platform !== 'linux') return 'only root may mount a small disk';
    const house = await openHouse({ databaseUrl: null });
    const media = join(house.dataDir, 'media');
    try {
      mkdirSync(media, { recursive: true });
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'dailies-faults', media], { stdio: 'pipe' });
    } catch (error) {
      await house.close();
      return `no small disk can be mounted here: ${error instanceof Error ? error.message : error}`;
    }
    try {
      return await fill(house, media);
    } finally {
      await house.web.stop();
      execFileSync('umount', ['--lazy', media]);
      await house.close();
    }
  },
};

async function fill(house: House, media: string): Promise<Outcome> {
  const ballast = join(media, 'ballast');
  const { bavail, bsize } = statfsSync(media);
  writeFileSync(ballast, Buffer.alloc((bavail - 1) * bsize));
  const id = await house.client.ask('a red fox in snow');
  const message = await untilTold(house, id);
  const seen = await house.client.see(id);
  const partial = readdirSync(join(media, '.tmp')).length;
  rmSync(ballast);
  const [video] = await house.client.over([id], 60_000);
  const intact = await house.client.isIntact(video ?? null);
  const { creates } = await house.simulator.ledger();
  return {
    figures: {
      'what the take says': message,
      'state meanwhile': seen?.state ?? 'gone',
      'partial files left': partial,
      'stored when there is room': intact ? 1 : 0,
      'jobs that the simulator made': creates.accepted,
    },
    broken: brokenAmong({
      'the take says that there is no space': /no space left/.test(message),
      'it waits, and does not fail': seen?.state === 'storing',
      'the partial file is removed': partial === 0,
      'it is stored by itself when there is room': intact,
      'it is paid once': creates.accepted === 1,
    }),
  };
}

/** What the timeline says of the first copy that failed. */
async function untilTold({ client }: House, id: string): Promise<string> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const { events } = (await (await client.get(`/api/videos/${id}/events`)).json()) as {
      events: { type: string; data: { message?: string } }[];
    };
    const failed = events.find(({ type }) => type === 'download_failed');
    if (failed) return failed.data.message ?? JSON.stringify(failed);
    if (Date.now() > deadline) throw new Error(`no copy failed: ${events.map(({ type }) => type)}`);
    await sleep(100);
  }
}
