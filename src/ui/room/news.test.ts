import { expect, test } from 'vitest';
import { readyVideo, sampleVideo } from '#ui/testing.ts';
import { headline, isNews, NewsCount, newsKey } from './news.ts';

const keyRefused = { code: 'key_refused', text: '', since: null, needs_person: true } as const;

test('says what became of one take, and of several', () => {
  expect(headline(readyVideo({ take: 3 }), 1)).toBe('Take 3 is ready');
  expect(headline(readyVideo(), 4)).toBe('4 takes are ready');
  expect(headline(sampleVideo({ state: 'failed' }), 2)).toBe('2 takes failed');
  expect(headline(sampleVideo({ attention: keyRefused }), 1)).toBe('Take 1 needs you');
});

test('a step on the way is no news; the end is, and so is a need for a person', () => {
  const running = sampleVideo();
  expect(isNews(running, sampleVideo({ state: 'storing' }))).toBe(false);
  expect(isNews(running, sampleVideo({ state: 'canceled' }))).toBe(false);
  expect(isNews(running, readyVideo())).toBe(true);
  expect(isNews(running, sampleVideo({ attention: keyRefused }))).toBe(true);
});

test('has nothing to say while a take goes its way, or when it was canceled by hand', () => {
  expect(headline(sampleVideo(), 1)).toBeNull();
  expect(headline(sampleVideo({ state: 'canceled' }), 1)).toBeNull();
});

test('counts each take of a shot once, apart by what became of it, until it was seen', () => {
  const counts = new NewsCount();
  const key = newsKey(readyVideo());
  expect(newsKey(sampleVideo({ state: 'failed' }))).not.toBe(key);
  expect([counts.add(key, 'a'), counts.add(key, 'a'), counts.add(key, 'b')]).toEqual([1, 1, 2]);
  counts.seen(key);
  expect(counts.add(key, 'c')).toBe(1);
});
