import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'vitest';
import type { Delivery, Provider, StartCall } from '#engine/system.ts';
import type { Answer, Submission } from '#video/answer.ts';
import type { JsonObject, Request } from '#video/video.ts';

/** One job, as the server knows it. */
type Job = { size: string; first_frame: boolean; webhook_calls: number | null };

/** A provider in front of a server that can be told, by directives in the prompt, to misbehave (docs/simulator.md). */
export type Subject = {
  provider: Provider;
  /** The same provider in another process. */
  again: Provider;
  /** The same provider while nobody listens at its address. */
  down: Provider;
  /** The same provider with a key that the server refuses. */
  refused: Provider;
  /** What must never be in an answer. */
  secrets: readonly string[];
  request: (prompt: string, more?: Partial<Request>) => Request;
  /** A wish of which a part is ignored, where there is such a part. */
  ignored: Partial<Request>;
  portrait: string;
  /** The id of an input that can be read. */
  input: string;
  /** Every job that the server has made, newest first. */
  jobs: () => Job[];
  /** The server's clock, and time passing on it. */
  now: () => Date;
  later: (ms: number) => void;
  /** Resolves when all that is being rendered is. */
  settled: () => Promise<void>;
  close: () => Promise<void>;
};

export const soon = () => AbortSignal.timeout(15_000);

let keys = 0;
export const call = (more: Partial<StartCall> = {}): StartCall => ({
  key: `attempt_${(keys++).toString(16).padStart(32, '0')}`,
  signal: soon(),
  webhookUrl: null,
  ...more,
});

type Accepted = Extract<Submission, { kind: 'accepted' }>;

export async function accept(
  { provider, request }: Subject,
  prompt: string,
  more: Partial<Request> = {},
  how = call(),
): Promise<Accepted> {
  const submission = await provider.start(request(prompt, more), how);
  if (submission.kind !== 'accepted') throw new Error(`not accepted: ${JSON.stringify(submission)}`);
  return submission;
}

/** Accepted, and rendered. */
export async function rendered(subject: Subject, prompt: string): Promise<Accepted> {
  const submission = await accept(subject, prompt);
  await subject.settled();
  return submission;
}

export async function verdictOn(subject: Subject, prompt: string): Promise<Answer> {
  const { operation } = await rendered(subject, prompt);
  return subject.again.check(structuredClone(operation), soon());
}

/** The operation of a job that the server never made. */
export const unknownTo = (operation: JsonObject): JsonObject => ({
  ...operation,
  id: `${String(operation.id).slice(0, -8)}00000000`,
});

export async function clipOf(provider: Provider, operation: JsonObject): Promise<Buffer> {
  const download = await provider.open(operation, 'clip', soon());
  const chunks: Uint8Array[] = [];
  for await (const chunk of download.stream) chunks.push(chunk);
  const clip = Buffer.concat(chunks);
  if (download.bytes !== null) expect(clip.byteLength).toBe(download.bytes);
  return clip;
}

/** Somewhere that webhooks can call. */
export async function openReceiver() {
  const deliveries: Delivery[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const headers = Object.entries(request.headersDistinct).flatMap(([name, values = []]) =>
      values.map((value): [string, string] => [name, value]),
    );
    deliveries.push({ headers: new Headers(headers), body: Buffer.concat(chunks) });
    response.writeHead(204).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks/canary-token`;
  return { url, deliveries, [Symbol.asyncDispose]: async () => void server.close() };
}
