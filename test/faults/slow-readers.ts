import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { brokenAmong, type Fault, type Outcome } from './fault.ts';
import { type House, openHouse } from './house.ts';

export const slowReaders: Fault = {
  name: 'readers that hardly read',
  about: 'each takes a few bytes of a clip and then nothing; meanwhile others read, and at last they read on',
  async run({ long }) {
    const house = await openHouse({ databaseUrl: null });
    try {
      return await read(
        house,
        long ? { n: 200, stalledMs: 60_000, seconds: 12 } : { n: 20, stalledMs: 1_000, seconds: 4 },
      );
    } finally {
      await house.close();
    }
  },
};

type Size = { n: number; stalledMs: number; seconds: number };

async function read(house: House, { n, stalledMs, seconds }: Size): Promise<Outcome> {
  // Long enough that it does not fit into the buffers of a socket.
  const id = await house.client.ask('a red fox in snow', { size: '1280x720', seconds });
  const [video] = await house.client.over([id], 120_000);
  const bytes = Number(
    (await house.client.get(`/api/videos/${id}/content`, { method: 'HEAD' })).headers.get('content-length'),
  );
  const idleMb = memoryMb(house.web.pid);
  const readers = Array.from({ length: n }, () => openReader(house, id));
  await sleep(stalledMs);
  const stalledMb = memoryMb(house.web.pid) - idleMb;
  const startedMs = performance.now();
  const meanwhile = await house.client.isIntact(video ?? null);
  const meanwhileMs = Math.round(performance.now() - startedMs);
  const hashes = await Promise.all(readers.map((reader) => reader.readOn()));
  const whole = hashes.filter((hash) => hash === video?.receipt.sha256).length;
  return {
    figures: {
      readers: n,
      'clip, bytes': bytes,
      'stalled, s': stalledMs / 1_000,
      'server memory meanwhile, MB more': stalledMb,
      'another reader meanwhile, ms': meanwhileMs,
      'whole in the end': whole,
    },
    broken: brokenAmong({
      'others are served meanwhile': meanwhile && meanwhileMs < 5_000,
      'memory stays': stalledMb < 100,
      'every slow reader gets the whole clip': whole === n,
    }),
  };
}

/** Stops reading as soon as the answer begins. */
function openReader({ web, env }: House, id: string) {
  const socket = connect({ port: Number(new URL(web.url).port), host: '127.0.0.1' });
  const authorization = `authorization: Bearer ${env.DAILIES_API_KEY}`;
  socket.write(`GET /api/videos/${id}/content HTTP/1.1\r\nhost: x\r\nconnection: close\r\n${authorization}\r\n\r\n`);
  const chunks: Buffer[] = [];
  socket.on('error', () => undefined);
  socket.once('data', () => socket.pause());
  socket.on('data', (chunk) => chunks.push(chunk));
  return {
    async readOn(): Promise<string> {
      const ended = new Promise((resolve) => socket.once('close', resolve));
      socket.resume();
      await ended;
      const all = Buffer.concat(chunks);
      return createHash('sha256')
        .update(all.subarray(all.indexOf('\r\n\r\n') + 4))
        .digest('hex');
    },
  };
}

/** Resident; 0 where there is no /proc. */
function memoryMb(pid: number): number {
  if (process.platform !== 'linux') return 0;
  const kb = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0;
  return Math.round(Number(kb) / 1_024);
}
