import { expect, test } from 'vitest';
import { sampleModel } from '#ui/testing.ts';
import { bodyOf, emptyDraft, frameFaultOf, modelOf, offer } from './draft.ts';

const testPattern = sampleModel();

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
  expect(bodyOf({ ...emptyDraft, prompt: 'a fox' }, testPattern)).toEqual({
    prompt: 'a fox',
    model: 'simulator/test-pattern',
    size: '1280x720',
    seconds: 4,
  });
  const firstFrame = { id: 'asset_1', name: 'fox.png' };
  expect(
    bodyOf({ ...emptyDraft, prompt: 'a fox', seed: '7', count: 4, priority: 'high', firstFrame }, undefined),
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

test('a model that is gone gives way to the default', () => {
  const models = { models: [sampleModel(), sampleModel({ id: 'fal/veo' })], aliases: {}, default: 'fal/veo' };
  expect(modelOf({ ...emptyDraft, model: 'simulator/test-pattern' }, models)?.id).toBe('simulator/test-pattern');
  expect(modelOf({ ...emptyDraft, model: 'gone/model' }, models)?.id).toBe('fal/veo');
});

test('a first frame that a model cannot take, or needs, is said before anything is sent', () => {
  const withFrame = { ...emptyDraft, firstFrame: { id: 'asset_1', name: 'fox.png' } };
  const [no, optional, needs] = (['no', 'optional', 'required'] as const).map((first_frame) =>
    sampleModel({ first_frame }),
  );
  expect(frameFaultOf(withFrame, no)).toContain('take it away');
  expect(frameFaultOf(emptyDraft, needs)).toContain('needs a first frame');
  expect([frameFaultOf(withFrame, optional), frameFaultOf(emptyDraft, no), frameFaultOf(withFrame, needs)]).toEqual([
    null,
    null,
    null,
  ]);
});
