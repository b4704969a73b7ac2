import { expect, test } from 'vitest';
import type { ModelView } from '#ui/shapes.ts';
import { bodyOf, emptyDraft, offer } from './draft.ts';

const testPattern: ModelView = {
  id: 'simulator/test-pattern',
  provider: 'simulator',
  label: 'Test pattern (free)',
  free: true,
  sizes: ['1280x720', '320x180'],
  seconds: [2, 4],
  typical: { p50_ms: 10_000, p90_ms: 14_000 },
  default: true,
};

test('what the model does not offer gives way to what it does', () => {
  expect(offer({ ...emptyDraft, size: '1024x1792', seconds: '20' }, testPattern)).toMatchObject({
    size: '1280x720',
    secondsChosen: '2',
  });
});

test('a model that passes everything on offers the sizes and seconds of the protocol', () => {
  const open = offer(
    { ...emptyDraft, size: '1792x1024', seconds: '20' },
    { ...testPattern, sizes: null, seconds: null },
  );
  expect(open).toMatchObject({ size: '1792x1024', secondsChosen: '20' });
});

test('only what was set is sent', () => {
  expect(bodyOf({ ...emptyDraft, prompt: 'a fox' }, testPattern, [])).toEqual({
    prompt: 'a fox',
    model: 'simulator/test-pattern',
    size: '1280x720',
    seconds: 4,
  });
  expect(
    bodyOf({ ...emptyDraft, prompt: 'a fox', seed: '7', count: 4, priority: 'high' }, undefined, ['asset_1']),
  ).toEqual({
    prompt: 'a fox',
    size: '1280x720',
    seconds: 4,
    seed: 7,
    count: 4,
    priority: 'high',
    inputs: ['asset_1'],
  });
});
