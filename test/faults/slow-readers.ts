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
      return await read(house, long ? { n: 200, stalledMs: 60_000 } : { n: 20, stalledMs: 1_000 });
    } finally {
      await house.close();
    }
  },
};

/** More than a system keeps for a line that nobody reads: some 4 MB on Linux. */
const clipBytes = 16_000_000;
/** What the first readers cost is not each reader's. */
const firstOf = 10;

async function read(house: House, { n, stalledMs }: { n: number; stalledMs: number }): Promise<Outcome> {
  const { path, sha256 } = await largeClip(house);
  const open = (count: number) => Array.from({ length: count }, () => openReader(house, path));
  const first = open(n / firstOf);
  await sleep(stalledMs / firstOf);
  const idleMb = memoryMb(house.web.pid);
  const readers = [...first, ...open(n - first.length)];
  await sleep(stalledMs);
  const stalledMb = memoryMb(house.web.pid) - idleMb;
  const startedMs = performance.now();
  const meanwhile = hashOf(await bytesAt(house, path)) === sha256;
  const meanwhileMs = Math.round(performance.now() - startedMs);
  const hashes = await Promise.all(readers.map((reader) => reader.readOn()));
  const whole = hashes.filter((hash) => hash === sha256).length;
  return {
    figures: {
      readers: n,
      'clip, bytes': clipBytes,
      'stalled, s': stalledMs / 1_000,
      'server memory for nine tenths of them, MB': stalledMb,
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

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const bytesAt = async ({ client }: House, path: string) => Buffer.from(await (await client.get(path)).arrayBuffer());

/** A clip of the simulator, and behind it a box that players skip; kept as a reference. */
async function largeClip(house: House): Promise<{ path: string; sha256: string }> {
  const id = await house.client.ask('a red fox in snow');
  await house.client.over([id], 120_000);
  const clip = await bytesAt(house, `/api/videos/${id}/content`);
  const header = Buffer.alloc(8);
  header.writeUInt32BE(clipBytes - clip.length);
  header.write('free', 4);
  const large = Buffer.concat([clip, header], clipBytes);
  const body = new FormData();
  body.set('file', new Blob([large], { type: 'video/mp4' }), 'large.mp4');
  const answer = await house.client.get('/api/files', { method: 'POST', body });
  const file = (await answer.json()) as { id: string };
  return { path: `/api/files/${file.id}/content`, sha256: hashOf(large) };
}

/** Stops reading as soon as the answer begins. */
function openReader({ web, env }: House, path: string) {
  const socket = connect({ port: Number(new URL(web.url).port), host: '127.0.0.1' });
  const authorization = `authorization: Bearer ${env.DAILIES_API_KEY}`;
  socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n${authorization}\r\n\r\n`);
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
      return hashOf(all.subarray(all.indexOf('\r\n\r\n') + 4));
    },
  };
}

/** Resident; 0 where there is no /proc. */
function memoryMb(pid: number): number {
  if (process.platform !== 'linux') return 0;
  const kb = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0;
  return Math.round(Number(kb) / 1_024);
}
