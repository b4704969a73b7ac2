import { expect, test } from 'vitest';
import { tour } from './tour.ts';

test('a video goes on at each provider after a power cut, paid once', { timeout: 240_000 }, async () => {
  const stages = await tour({ providers: ['fal', 'replicate', 'xai'], kills: 1, renderSeconds: 8, fps: 1 });
  for (const stage of stages) {
    expect(stage).toMatchObject({ state: 'completed', jobs: 1, submitted: 1, cuts: 1, intact: true });
  }
  const [fal, replicate, xai] = stages;
  // Their own signatures, through the product's own door: the call brings the look that finds the verdict.
  for (const stage of [fal, replicate]) {
    expect(stage?.webhookCalls).toBeGreaterThan(0);
    expect(stage?.events.filter((type) => type === 'called' || type === 'rendered')).toEqual(['called', 'rendered']);
  }
  // Told by the provider itself.
  expect(xai).toMatchObject({ webhookCalls: null, paidSource: 'provider', paidUsd: 0.07 });
});
