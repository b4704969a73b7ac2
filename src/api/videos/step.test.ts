import { describe, expect, it } from 'vitest';
import { claimedIn } from '#video/testing.ts';
import { states } from '#video/video.ts';
import { seedStepOf, stepOf } from './step.ts';

describe('the step of a take', () => {
  it('is told in words in every state', () => {
    for (const state of states) expect(stepOf(claimedIn(state).video, null).text).toMatch(/^[A-Z]/);
  });

  it('says what its provider keeps it waiting for', () => {
    const { video } = claimedIn('queued');
    const hold = { pausedAt: null, openedAt: new Date(), trialAt: null };
    const text = (more: Partial<Record<keyof typeof hold, Date>>) =>
      stepOf(video, 3, { hold: { ...hold, ...more } }).text;
    expect(text({})).toBe('Waiting: the provider does not answer');
    expect(text({ pausedAt: new Date() })).toBe('Waiting: the provider is paused');
    expect(text({ trialAt: new Date() })).toBe('Waiting, 3rd in line');
    expect(stepOf(claimedIn('canceling').video, null, { endless: true }).text).toMatch(/cannot stop it/);
  });

  it('names its place in line', () => {
    const { video } = claimedIn('queued');
    const texts = [1, 2, 3, 4, 11, 21, 112].map((place) => stepOf(video, place).text);
    expect(texts).toEqual([
      'Next in line',
      'Waiting, 2nd in line',
      'Waiting, 3rd in line',
      'Waiting, 4th in line',
      'Waiting, 11th in line',
      'Waiting, 21st in line',
      'Waiting, 112th in line',
    ]);
  });
});

describe('the step texts of the seeds', () => {
  const text = (key: Parameters<typeof seedStepOf>[0]['step']['key'], progress = 0) =>
    seedStepOf({ step: { key }, progress, seconds: 12.5 });

  it('are theirs, word for word, with the frame reckoned from the percent', () => {
    expect(text('queued')).toBe('Queued in generation queue...');
    expect(text('rendering', 15)).toBe('Processing video (Frame 45/300)...');
    expect(text('saving', 99)).toBe('Finalizing and uploading...');
    expect(text('ready', 100)).toBe('Complete! Video ready.');
  });
});
