import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { brokenAmong, type Fault, type Outcome } from './fault.ts';
import { type House, openHouse } from './house.ts';

const done = '"state":"completed"';

export const manyStreams: Fault = {
  name: '5,000 live streams',
  about: 'all of them hear of a clip; the server is killed; all come back and hear of the next one',
  async run({ long, postgresUrl, say }) {
    const house = await openHouse({ databaseUrl: postgresUrl, workers: postgresUrl ? 1 : 0 });
    const streams: Stream[] = [];
    try {
      return await listen(house, streams, long ? 5_000 : 200, say);
    } finally {
      for (const stream of streams) stream.close();
      await house.close();
    }
  },
};

async function listen(house: House, streams: Stream[], n: number, say: (line: string) => void): Promise<Outcome> {
  const idleKb = memoryKb(house.web.pid);
  const openMs = await timed(async () => {
    for (let i = 0; i < n; i++) {
      streams.push(openStream(house));
      // A listening socket has only so long a queue.
      if (i % 200 === 199) await until(() => streams.every((stream) => stream.heard('snapshot')));
    }
    await until(() => streams.every((stream) => stream.heard('snapshot')));
  });
  const perClientKb = Math.round((memoryKb(house.web.pid) - idleKb) / n);
  say(`${n} streams stand, ${perClientKb} kB each`);
  const first = await house.client.ask('a red fox in snow');
  const firstMs = await timed(() => until(() => streams.every((stream) => stream.heard(first, done))));
  const toldMs = spreadMs(streams.map((stream) => stream.heardAt(first, done)));
  say(`all heard of a clip within ${toldMs} ms of each other`);
  await house.replaceWeb();
  const second = await house.client.ask('a grey wolf in snow');
  const backMs = await timed(() => until(() => streams.every((stream) => stream.heard(second, done))));
  const reached = (id: string) => streams.filter((stream) => stream.heard(id, done)).length;
  return {
    figures: {
      streams: n,
      'until all stand, ms': openMs,
      'server memory per stream, kB': perClientKb,
      'heard of the first clip': reached(first),
      'from the first to the last that heard, ms': toldMs,
      'first clip, asked to heard by all, ms': firstMs,
      'heard of the second, after SIGKILL': reached(second),
      'server killed to heard by all, ms': backMs,
    },
    broken: brokenAmong({
      'every stream hears of the first clip': reached(first) === n,
      'every stream comes back and hears of the second': reached(second) === n,
    }),
  };
}

type Stream = {
  /** A message came that holds all of these words. */
  heard(...words: string[]): boolean;
  heardAt(...words: string[]): number;
  close(): void;
};

/** As `EventSource` does it: comes back by itself, with the id of what it heard last. */
function openStream({ web, env }: House): Stream {
  const { port } = new URL(web.url);
  const kept: { text: string; atMs: number }[] = [];
  let lastId = '';
  let closed = false;
  let socket: Socket;
  const open = () => {
    let text = '';
    socket = connect(Number(port), '127.0.0.1');
    socket.on('error', () => undefined);
    const resume = lastId ? `last-event-id: ${lastId}\r\n` : '';
    socket.write(
      `GET /api/events HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${env.DAILIES_API_KEY}\r\n${resume}\r\n`,
    );
    socket.on('data', (chunk) => {
      text += chunk;
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const message = text.slice(0, end);
        text = text.slice(end + 2);
        lastId = /^id: (\S+)/m.exec(message)?.[1] ?? lastId;
        if (message.includes('snapshot') || message.includes(done))
          kept.push({ text: message, atMs: performance.now() });
      }
    });
    socket.on('close', () => {
      if (!closed) setTimeout(open, 500 + Math.random() * 2_000);
    });
  };
  open();
  const find = (words: string[]) => kept.find(({ text }) => words.every((word) => text.includes(word)));
  return {
    heard: (...words) => find(words) !== undefined,
    heardAt: (...words) => find(words)?.atMs ?? Number.NaN,
    close() {
      closed = true;
      socket.destroy();
    },
  };
}

const withinMs = 180_000;

async function until(isSo: () => boolean): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!isSo() && Date.now() < deadline) await sleep(20);
}

async function timed(work: () => Promise<void>): Promise<number> {
  const startedMs = performance.now();
  await work();
  return Math.round(performance.now() - startedMs);
}

const spreadMs = (timesMs: number[]) => Math.round(Math.max(...timesMs) - Math.min(...timesMs));

/** Resident; 0 where there is no /proc. */
function memoryKb(pid: number): number {
  if (process.platform !== 'linux') return 0;
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
}
