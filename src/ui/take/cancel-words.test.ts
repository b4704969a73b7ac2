import { expect, test } from 'vitest';
import { sampleVideo } from '#ui/testing.ts';
import { cancelSentence } from './cancel-words.ts';

const cost = { estimate_usd: 0.4, actual_usd: null, source: null, may_be_billed: false, known: true };
const note = 'This provider cannot stop a take. It will finish and be billed ($0.40).';

test('where the provider cannot stop a take, that and the price are said', () => {
  expect(cancelSentence(sampleVideo({ cost, cancel: { stops: false, note } }))).toBe(note);
});

test('what stops may have cost something by then, unless it was free or never sent', () => {
  const cancel = { stops: true, note: null };
  expect(cancelSentence(sampleVideo({ cost, cancel }))).toContain('may be billed ($0.40)');
  expect(cancelSentence(sampleVideo({ cancel }))).toBe('It stops. Nothing is billed.');
  const { receipt } = sampleVideo();
  const unsent = sampleVideo({ cost, cancel, state: 'queued', receipt: { ...receipt, submitted_at: null } });
  expect(cancelSentence(unsent)).toBe('It was not sent yet. Nothing is billed.');
});

test('a free take that cannot be stopped is not said to be billed', () => {
  expect(cancelSentence(sampleVideo({ cancel: { stops: false, note } }))).toBe(
    'This provider cannot stop a take. It will finish.',
  );
});
