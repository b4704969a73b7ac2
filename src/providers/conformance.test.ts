import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createSafeFetch } from '#net/safe-fetch.ts';
import { hostedPaths } from '#simulator/hosted/hosted.ts';
import { type PersonalityName, personalities } from '#simulator/personality.ts';
import { createSimulator } from '#simulator/server.ts';
import type { Request } from '#video/video.ts';
import { assertionOf, type BehaviourName, behaviourNames } from './conformance/behaviours.ts';
import type { Subject } from './conformance/subject.ts';
import { fal } from './fal/kind.ts';
import { google } from './google/kind.ts';
import type { Kind, Setup } from './kind.ts';
import { kinds } from './kinds.ts';
import { ownServer as capabilitiesOfOwnServer, openai } from './openai/kind.ts';
import { choices, generic } from './openai/personality.ts';
import { createOpenAIProvider } from './openai/provider.ts';
import { replicate } from './replicate/kind.ts';
import { xai } from './xai/kind.ts';

/** Every provider × every behaviour. What a provider lacks stands in its row, and is asserted as well. */

const key = 'canary-key-of-the-provider';
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const nowhere = 'http://127.0.0.1:1';

type Row = { lacks: readonly BehaviourName[]; open: () => Promise<Subject> };

type Wish = Pick<Request, 'model' | 'seconds' | 'size'>;
type Server = { personality?: PersonalityName; path: string };
type Shape = { usual: Wish; ignored: Partial<Request>; portrait: string };

/** A simulator, and the provider that `make` puts in front of it. */
async function openSubject(
  server: Server,
  shape: Shape,
  make: (setup: Setup) => Subject['provider'],
): Promise<Subject> {
  // A week ago, so that what has expired has expired on every clock.
  let offsetMs = -7 * 86_400_000;
  const nowMs = () => Date.now() + offsetMs;
  const { personality, path } = server;
  const simulator = createSimulator({
    ...(personality && { personality }),
    apiKey: key,
    speed: 0,
    fps: 1,
    oneClip: true,
    now: nowMs,
  });
  const origin = await simulator.listen();
  const setup = (more: Partial<Setup> = {}): Setup => ({
    id: 'subject',
    credentialId: 'credential_1',
    apiKey: key,
    baseUrl: origin + path,
    personality: null,
    limits: null,
    allowHosts: [origin, nowhere],
    readInput: async (id) => (id === 'asset_1' ? { bytes: png, contentType: 'image/png', name: 'first.png' } : null),
    timeoutMs: 5_000,
    ...more,
  });
  return {
    provider: make(setup()),
    again: make(setup()),
    down: make(setup({ baseUrl: nowhere + path })),
    refused: make(setup({ apiKey: 'bad-canary-key' })),
    secrets: [key, 'bad-canary-key', 'canary-token'],
    request: (prompt, more) => ({ prompt, seed: null, settings: {}, inputs: [], ...shape.usual, ...more }),
    ignored: shape.ignored,
    portrait: shape.portrait,
    input: 'asset_1',
    jobs: () => simulator.ledger().jobs,
    now: () => new Date(nowMs()),
    later: (ms) => {
      offsetMs += ms;
    },
    settled: simulator.settled,
    close: simulator.close,
  };
}

const small: Shape = {
  usual: { model: null, seconds: 1, size: '320x180' },
  ignored: { seed: 7 },
  portrait: '180x320',
};

/** What no server of `/v1/videos` has. */
const protocol = ['one key makes one job', 'calls back', 'says what it ignores', 'tells what it cost'] as const;

const ownServer = (personality: string, like: PersonalityName, lacks: readonly BehaviourName[] = []): Row => ({
  lacks: [...protocol, ...lacks],
  open: () =>
    openSubject({ personality: like, path: `${personalities[like].prefix}/v1` }, small, (setup) =>
      openai.create({ ...setup, personality }),
    ),
});

const simulator: Row = {
  lacks: protocol.filter((name) => name !== 'one key makes one job'),
  open: () =>
    openSubject({ path: '/v1' }, small, (setup) =>
      createOpenAIProvider({
        ...setup,
        baseUrl: setup.baseUrl ?? nowhere,
        fetch: createSafeFetch({ allowHosts: setup.allowHosts }),
        capabilities: { ...capabilitiesOfOwnServer, deduplicates: true },
        personality: generic,
      }),
    ),
};

const hosted = (kind: Kind, path: string, shape: Omit<Shape, 'portrait'>, lacks: readonly BehaviourName[]): Row => ({
  lacks: ['one key makes one job', 'has a thumbnail', ...lacks],
  open: () => openSubject({ path }, { ...shape, portrait: '720x1280' }, kind.create),
});

const noThumbnail = ['has a thumbnail'] as const;
const none = ['a list finds a lost job', 'cancels'] as const;

const rows: Record<string, Row> = {
  simulator,
  'openai: generic': ownServer('generic', 'openai'),
  'openai: generic, strict': ownServer('generic', 'openai-strict', ['cancels']),
  'openai: vllm-omni': ownServer('vllm-omni', 'vllm-omni', ['tells progress', ...noThumbnail]),
  'openai: sglang': ownServer('sglang', 'sglang', ['tells progress', 'tells waiting from rendering', ...noThumbnail]),
  'openai: fastvideo': ownServer('fastvideo', 'fastvideo', noThumbnail),
  'openai: litellm': ownServer('litellm', 'litellm', ['cancels']),
  'openai: newapi': ownServer('newapi', 'newapi', none),
  'openai: llmgateway': ownServer('llmgateway', 'llmgateway', none),
  'openai: azure': ownServer('azure', 'azure', ['cancels']),
  fal: hosted(
    fal,
    hostedPaths.fal,
    {
      usual: { model: 'fal-ai/veo3/fast', seconds: 4, size: '1280x720' },
      ignored: { model: 'fal-ai/kling-video/v2.5-turbo/pro/text-to-video', seconds: 5, seed: 7 },
    },
    ['tells what it cost', 'a clip that is gone is told apart'],
  ),
  google: hosted(
    google,
    hostedPaths.google,
    { usual: { model: 'veo-3.1-generate-preview', seconds: 4, size: '1280x720' }, ignored: { seed: 7 } },
    [
      'tells progress',
      'tells waiting from rendering',
      ...none,
      'calls back',
      'says what it ignores',
      'tells what it cost',
      'a clip that is gone is told apart',
    ],
  ),
  replicate: hosted(
    replicate,
    hostedPaths.replicate,
    {
      usual: { model: 'bytedance/seedance-1-lite', seconds: 5, size: '1280x720' },
      ignored: { model: 'somebody/else', seed: 7 },
    },
    ['tells what it cost'],
  ),
  xai: hosted(
    xai,
    hostedPaths.xai,
    { usual: { model: 'grok-imagine-video', seconds: 4, size: '1280x720' }, ignored: { seed: 7 } },
    ['tells waiting from rendering', ...none, 'calls back'],
  ),
};

describe.each(Object.entries(rows))('%s', (_, { lacks, open }) => {
  let subject: Subject;
  beforeAll(async () => {
    subject = await open();
  });
  afterAll(() => subject.close());

  for (const name of behaviourNames) {
    const has = !lacks.includes(name);
    test(has ? name : `does not, and says so: ${name}`, async () => assertionOf(name, has)(subject));
  }
});

test('every kind and every personality has a row', () => {
  const expected = kinds.flatMap(({ kind }) => (kind === 'openai' ? choices.map(({ id }) => `openai: ${id}`) : [kind]));
  expect(Object.keys(rows)).toEqual(expect.arrayContaining(['simulator', ...expected]));
});

test('the whole table', () => {
  const width = Math.max(...behaviourNames.map((name) => name.length));
  const cells = (name: BehaviourName) => Object.values(rows).map(({ lacks }) => (lacks.includes(name) ? '-' : '+'));
  const lines = behaviourNames.map((name) => `${name.padEnd(width)}  ${cells(name).join('  ')}`);
  const head = Object.keys(rows).map((name, i) => `${String.fromCharCode(97 + i)} ${name}`);
  const letters = `${''.padEnd(width)}  ${head.map(([letter]) => letter).join('  ')}`;
  expect(`\n${[...head, '', letters, ...lines].join('\n')}\n`).toMatchInlineSnapshot(`
    "
    a simulator
    b openai: generic
    c openai: generic, strict
    d openai: vllm-omni
    e openai: sglang
    f openai: fastvideo
    g openai: litellm
    h openai: newapi
    i openai: llmgateway
    j openai: azure
    k fal
    l google
    m replicate
    n xai

                                           a  b  c  d  e  f  g  h  i  j  k  l  m  n
    a job goes on in another process       +  +  +  +  +  +  +  +  +  +  +  +  +  +
    a job found by hand is known           +  +  +  +  +  +  +  +  +  +  +  +  +  +
    tells progress                         +  +  +  -  -  +  +  +  +  +  +  -  +  +
    tells waiting from rendering           +  +  +  +  -  +  +  +  +  +  +  -  +  -
    a failure is a verdict                 +  +  +  +  +  +  +  +  +  +  +  +  +  +
    moderation is told as moderation       +  +  +  +  +  +  +  +  +  +  +  +  +  +
    a refusal makes no job                 +  +  +  +  +  +  +  +  +  +  +  +  +  +
    a lost answer is unclear               +  +  +  +  +  +  +  +  +  +  +  +  +  +
    one key makes one job                  +  -  -  -  -  -  -  -  -  -  -  -  -  -
    a list finds a lost job                +  +  +  +  +  +  +  -  -  +  +  -  +  -
    cancels                                +  +  -  +  +  +  -  -  -  -  +  -  +  -
    calls back                             -  -  -  -  -  -  -  -  -  -  +  -  +  -
    waits as long as it is told            +  +  +  +  +  +  +  +  +  +  +  +  +  +
    a hiccup is no verdict                 +  +  +  +  +  +  +  +  +  +  +  +  +  +
    an unknown job is missing              +  +  +  +  +  +  +  +  +  +  +  +  +  +
    takes a first frame                    +  +  +  +  +  +  +  +  +  +  +  +  +  +
    stands a clip upright                  +  +  +  +  +  +  +  +  +  +  +  +  +  +
    says what it ignores                   -  -  -  -  -  -  -  -  -  -  +  -  +  +
    tells what it cost                     -  -  -  -  -  -  -  -  -  -  -  -  -  +
    a clip comes whole or not at all       +  +  +  +  +  +  +  +  +  +  +  +  +  +
    a clip that is gone is told apart      +  +  +  +  +  +  +  +  +  +  -  -  +  +
    has a thumbnail                        +  +  +  -  -  -  +  +  +  +  -  -  -  -
    keeps keys and URLs to itself          +  +  +  +  +  +  +  +  +  +  +  +  +  +
    where nobody listens nothing was sent  +  +  +  +  +  +  +  +  +  +  +  +  +  +
    nothing is sent when it is too late    +  +  +  +  +  +  +  +  +  +  +  +  +  +
    a refused key is no verdict on a job   +  +  +  +  +  +  +  +  +  +  +  +  +  +
    is tested for free                     +  +  +  +  +  +  +  +  +  +  +  +  +  +
    "
  `);
});
