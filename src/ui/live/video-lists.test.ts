import { describe, expect, test } from 'vitest';
import type { VideoView } from '#ui/shapes.ts';
import { readyVideo, sampleVideo } from '#ui/testing.ts';
import { countNeedsYou, countUnder, matches, type Pages, place, withKnown, without } from './video-lists.ts';

const at = (id: string, minute: number, patch: Partial<VideoView> = {}) =>
  readyVideo({ id, created_at: `2026-01-01T10:${String(minute).padStart(2, '0')}:00.000Z`, ...patch });
const pagesOf = (...pages: VideoView[][]): Pages => ({
  pages: pages.map((videos, index) => ({ videos, next: index < pages.length - 1 ? 'more' : null })),
  pageParams: pages.map(() => undefined),
});
const ids = (pages: Pages) => pages.pages.map((page) => page.videos.map(({ id }) => id));

describe('a list', () => {
  test('takes a new video at its head', () => {
    expect(ids(place(pagesOf([at('b', 2), at('a', 1)]), at('c', 3), {}))).toEqual([['c', 'b', 'a']]);
  });

  test('shows an older one in its place, on whichever page that is', () => {
    const pages = pagesOf([at('d', 4), at('c', 3)], [at('a', 1)]);
    expect(ids(place(pages, at('b', 2), {}))).toEqual([
      ['d', 'c'],
      ['b', 'a'],
    ]);
  });

  test('leaves one that belongs to a page not loaded yet for that page', () => {
    const pages: Pages = { pages: [{ videos: [at('b', 2)], next: 'more' }], pageParams: [undefined] };
    expect(place(pages, at('a', 1), {})).toBe(pages);
  });

  test('appends where it knows the end', () => {
    expect(ids(place(pagesOf([at('b', 2)]), at('a', 1), {}))).toEqual([['b', 'a']]);
    expect(ids(place(pagesOf([]), at('a', 1), {}))).toEqual([['a']]);
  });

  test('oldest first is kept in that order', () => {
    expect(ids(place(pagesOf([at('a', 1), at('c', 3)]), at('b', 2), { order: 'asc' }))).toEqual([['a', 'b', 'c']]);
  });

  test('never shows a video twice', () => {
    expect(ids(place(pagesOf([at('a', 1)]), at('a', 1, { starred: true }), {}))).toEqual([['a']]);
  });

  test('lets go of what its filter no longer shows', () => {
    const running = sampleVideo({ id: 'a' });
    expect(ids(place(pagesOf([running]), readyVideo({ id: 'a' }), { status: 'running' }))).toEqual([[]]);
    expect(ids(without(pagesOf([running]), 'a'))).toEqual([[]]);
  });

  test('is the same list when nothing changed, so that nothing is drawn again', () => {
    const pages = pagesOf([at('a', 1)]);
    expect(without(pages, 'z').pages[0]).toBe(pages.pages[0]);
    expect(place(pages, sampleVideo({ id: 'z' }), { status: 'ready' })).toBe(pages);
  });
});

test('filters look at prompt, star and state as the server does', () => {
  expect(matches(readyVideo(), { q: 'FOX' })).toBe(true);
  expect(matches(readyVideo(), { q: 'wolf' })).toBe(false);
  expect(matches(readyVideo(), { starred: 'true' })).toBe(false);
  expect(matches(sampleVideo({ state: 'overdue' }), { status: 'running' })).toBe(true);
  expect(matches(sampleVideo({ state: 'queued' }), { status: 'running' })).toBe(false);
  expect(matches(sampleVideo({ state: 'canceled' }), { status: 'failed' })).toBe(true);
});

test('a filter counts all states that it shows', () => {
  const counts = { running: 2, storing: 1, completed: 41, failed: 1, canceled: 1 };
  expect(countUnder('running', counts)).toBe(3);
  expect(countUnder('failed', counts)).toBe(2);
  expect(countUnder('queued', counts)).toBe(0);
});

test('what needs a person is a decision, or trouble that only a person can end', () => {
  const refused = { code: 'key_refused', text: '', since: null, needs_person: true } as const;
  const waits = { code: 'rate_limited', text: '', since: null, needs_person: false } as const;
  const decision = at('c', 3, { state: 'needs_decision' });
  const refusedOne = sampleVideo({ id: 'b', created_at: '2026-01-01T10:02:00.000Z', attention: refused });
  const others = [sampleVideo({ id: 'a' }), sampleVideo({ id: 'd', attention: waits }), decision, refusedOne];
  const view = { videos: new Map(others.map((v) => [v.id, v])), counts: { needs_decision: 1, running: 3 } };

  expect(countNeedsYou(view)).toBe(2);
  expect(withKnown([decision], view, { status: 'needs_you' }).map(({ id }) => id)).toEqual(['c', 'b']);
  expect(withKnown([decision], view, {})).toEqual([decision]);
});
