import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What a line between two programs does; each new connection takes the one that is set when it comes. */
export type Weather =
  | { kind: 'clear' }
  /** Every chunk comes so much later, either way. */
  | { kind: 'slow'; latencyMs: number }
  /** Refused: the connection is reset at once. */
  | { kind: 'down' }
  /** Reset after so many bytes of the answers. */
  | { kind: 'cut'; afterBytes: number }
  /** The request passes; its answer never comes, and the connection is reset. `to`: only where it begins so. */
  | { kind: 'deaf'; to?: string }
  /** Open, and silent both ways: half-open, as after a pulled plug. */
  | { kind: 'hole' };

export type FaultProxy = {
  port: number;
  set(weather: Weather): void;
  /** What is open now: reset. */
  reset(): void;
  /** What is open now: silent from now on, and never closed. */
  swallow(): void;
  /** Connections so far. */
  connections(): number;
  close(): Promise<void>;
};

type Line = { client: Socket; server: Socket; silent: boolean };

/** A TCP line that can go wrong, to a port of this machine. */
export async function openProxy(to: { port: number; host?: string }): Promise<FaultProxy> {
  let weather: Weather = { kind: 'clear' };
  let connections = 0;
  const lines = new Set<Line>();

  function carry(line: Line, from: Socket, into: Socket, passes: (chunk: Buffer) => boolean, latencyMs: number): void {
    from.on('data', async (chunk: Buffer) => {
      if (line.silent || !passes(chunk)) return;
      if (latencyMs > 0) await sleep(latencyMs);
      if (!into.destroyed && !into.write(chunk)) {
        from.pause();
        into.once('drain', () => from.resume());
      }
    });
    from.on('end', async () => {
      if (latencyMs > 0) await sleep(latencyMs);
      if (!line.silent) into.end();
    });
    // A reset is passed on as one; half-open lines tell nobody.
    from.on('error', () => line.silent || into.resetAndDestroy());
    from.on('close', () => {
      if (line.client.destroyed && line.server.destroyed) lines.delete(line);
      else if (!line.silent && from.readableAborted) into.resetAndDestroy();
    });
  }

  const listener = createServer({ allowHalfOpen: true }, (client) => {
    connections++;
    const mood = weather;
    if (mood.kind === 'down') {
      client.on('error', ignore).resetAndDestroy();
      return;
    }
    const server = connect({ port: to.port, host: to.host ?? '127.0.0.1', allowHalfOpen: true });
    const line: Line = { client, server, silent: mood.kind === 'hole' };
    lines.add(line);
    const latencyMs = mood.kind === 'slow' ? mood.latencyMs : 0;
    let left = mood.kind === 'cut' ? mood.afterBytes : mood.kind === 'deaf' ? 0 : Number.POSITIVE_INFINITY;
    const requests = (chunk: Buffer) => {
      if (mood.kind === 'deaf' && mood.to && !chunk.toString('latin1', 0, mood.to.length).startsWith(mood.to)) {
        left = Number.POSITIVE_INFINITY;
      }
      return true;
    };
    const answers = (chunk: Buffer) => {
      left -= chunk.length;
      if (left < 0) drop(line);
      return left >= 0;
    };
    carry(line, client, server, requests, latencyMs);
    carry(line, server, client, answers, latencyMs);
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');

  return {
    port: (listener.address() as AddressInfo).port,
    set: (next) => {
      weather = next;
    },
    reset: () => {
      for (const line of lines) drop(line);
    },
    swallow: () => {
      for (const line of lines) line.silent = true;
    },
    connections: () => connections,
    async close() {
      for (const line of lines) drop(line);
      listener.close();
      await once(listener, 'close');
    },
  };
}

function drop({ client, server }: Line): void {
  for (const socket of [client, server]) socket.on('error', ignore).resetAndDestroy();
}

/** Whoever breaks a line himself need not hear of it. */
const ignore = () => undefined;
