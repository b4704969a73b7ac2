import type { Provider, StartCall } from '#engine/system.ts';
import type { Submission } from '#video/answer.ts';
import type { Request } from '#video/video.ts';
import type { Kind, Setup } from '../kind.ts';
import { type FakeAnswer, startFakeServer } from '../openai/fake-server.ts';

export const canary = 'canary-key-of-the-provider';

/** A 1×1 PNG. */
export const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

export function setupFor(baseUrl: string, more: Partial<Setup> = {}): Setup {
  return {
    id: 'hosted',
    credentialId: 'credential_1',
    apiKey: canary,
    baseUrl,
    personality: null,
    limits: null,
    allowHosts: [],
    readInput: async (id) => (id === 'asset_1' ? { bytes: png, contentType: 'image/png', name: 'first.png' } : null),
    timeoutMs: 5_000,
    ...more,
  };
}

export const requestFor = (model: string, more: Partial<Request> = {}): Request => ({
  model,
  prompt: 'a red fox',
  seconds: 6,
  size: '1280x720',
  seed: null,
  settings: {},
  inputs: [],
  ...more,
});

export const soon = () => AbortSignal.timeout(10_000);
export const callFor = (more: Partial<StartCall> = {}): StartCall => ({
  key: 'attempt_1',
  signal: soon(),
  webhookUrl: null,
  ...more,
});

type Exchange = { method: string; path: string; headers: Record<string, string | string[] | undefined>; body: unknown };

/** A provider of the kind in front of a server whose every answer the test writes. */
export async function startService(
  kind: Kind,
  answer: (asked: Exchange, origin: string) => FakeAnswer | Promise<FakeAnswer>,
): Promise<{ provider: Provider; exchanges: Exchange[]; origin: string; close: () => Promise<void> }> {
  const exchanges: Exchange[] = [];
  const server = await startFakeServer(async (request, origin) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString();
    const exchange: Exchange = {
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      body: text ? JSON.parse(text) : null,
    };
    exchanges.push(exchange);
    return answer(exchange, origin);
  });
  return { provider: kind.create(setupFor(server.origin)), exchanges, origin: server.origin, close: server.close };
}

export function mustAccept(submission: Submission) {
  if (submission.kind !== 'accepted') throw new Error(`not accepted: ${JSON.stringify(submission)}`);
  return submission;
}
