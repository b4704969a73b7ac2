import { describe, expect, test } from 'vitest';
import { fal } from '../fal/kind.ts';
import { google } from '../google/kind.ts';
import type { FakeAnswer } from '../openai/fake-server.ts';
import { replicate } from '../replicate/kind.ts';
import { xai } from '../xai/kind.ts';
import { canary, requestFor, setupFor, soon, startService } from './testing.ts';

const services = [fal, google, replicate, xai];

describe.each(services)('$kind', (kind) => {
  test.each<[string, FakeAnswer, object]>([
    ['taken', { body: { items: [] } }, { kind: 'ok' }],
    ['refused', { status: 401, body: { detail: 'No.' } }, { kind: 'no_answer', why: 'auth' }],
    [
      'refused as a bad request',
      { status: 400, body: { error: 'Incorrect API key provided.' } },
      { kind: 'no_answer', why: 'auth' },
    ],
    ['not judged by a page of somebody else', { body: '<html>' }, { kind: 'no_answer', why: 'protocol' }],
    ['not judged in an error', { status: 503, body: '' }, { kind: 'no_answer', why: 'transient' }],
    [
      'not judged now',
      { status: 429, headers: { 'retry-after': '90' }, body: {} },
      { kind: 'no_answer', why: 'rate_limited', retryAfterMs: 90_000 },
    ],
  ])('a free GET tells that the key is %s', async (_name, answer, expected) => {
    const { provider, exchanges, close } = await startService(kind, () => answer);
    expect(await provider.test?.(soon())).toMatchObject(expected);
    expect(exchanges.map(({ method }) => method)).toEqual(['GET']);
    expect(JSON.stringify(exchanges[0]?.headers)).toContain(canary);
    expect(exchanges[0]?.path).not.toContain(canary);
    await close();
  });

  test('where nobody listens nothing is proved', async () => {
    const down = kind.create(setupFor('http://127.0.0.1:1'));
    expect(await down.test?.(soon())).toMatchObject({ kind: 'no_answer', why: 'transient' });
    expect(await down.probe(soon())).toBe(false);
  });

  test('a refused key proves that the provider answers', async () => {
    const { provider, close } = await startService(kind, () => ({ status: 401, body: { detail: 'No.' } }));
    expect(await provider.probe(soon())).toBe(true);
    await close();
  });

  test('every model can be asked for, and has a source and a date for its price', () => {
    const models = kind.models('mine');
    expect(models.length).toBeGreaterThan(0);
    for (const { id, provider, upstreamModel, typical, price } of models) {
      expect({ id, provider }).toEqual({ id: `mine/${upstreamModel}`, provider: 'mine' });
      expect(typical.p5 < typical.p50 && typical.p50 < typical.p90).toBe(true);
      if (price)
        expect(price).toMatchObject({
          source: expect.stringMatching(/^https:/),
          asOf: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
        });
    }
  });

  test('a create that no answer comes to is given up on, and unclear', async () => {
    const model = kind.models('mine').find(({ firstFrame }) => firstFrame !== 'required');
    const { origin, exchanges, close } = await startService(kind, () => new Promise(() => undefined));
    const provider = kind.create(setupFor(origin, { timeoutMs: 200 }));
    const submission = await provider.start(requestFor(model?.upstreamModel ?? ''), {
      key: 'a',
      signal: soon(),
      webhookUrl: null,
    });
    expect(submission.kind).toBe('unclear');
    expect(exchanges).toHaveLength(1);
    await close();
  });
});
