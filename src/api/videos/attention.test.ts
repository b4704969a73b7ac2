import { describe, expect, it } from 'vitest';
import type { Attempt, Video, Watch } from '#video/video.ts';
import { attentionOf } from './attention.ts';

const now = new Date('2026-01-01T12:10:00Z');
const minutesAgo = (n: number) => new Date(now.getTime() - n * 60_000).toISOString();

const running = { state: 'running', provider: 'fake', poisonedAt: null, deadlineAt: now } as Video;
const look = (video: Partial<Video>, watch: Watch = {}, configured = true) =>
  attentionOf({ ...running, ...video }, { watch, sentAt: now } as Attempt, now, () => configured);
const trouble = (kind: NonNullable<Watch['trouble']>['kind'], since: string): Watch => ({
  trouble: { kind, since, count: 3 },
});

describe('attention', () => {
  it.each<[what: string, code: string | undefined, video: Partial<Video>, watch: Watch]>([
    ['nothing while all is well', undefined, {}, {}],
    ['nothing for a hiccup', undefined, {}, trouble('transient', minutesAgo(0.5))],
    ['a silent provider after a minute', 'provider_silent', {}, trouble('transient', minutesAgo(1))],
    ['a refused key at once', 'key_refused', {}, trouble('auth', minutesAgo(0))],
    ['a wait that the provider asks for', 'rate_limited', {}, trouble('rate_limited', minutesAgo(0))],
    ['a take that is late', 'overdue', { state: 'overdue' }, {}],
    ['a refused key rather than that it is late', 'key_refused', { state: 'overdue' }, trouble('auth', minutesAgo(9))],
    ['a decision', 'decision_needed', { state: 'needs_decision' }, {}],
    ['a row that cannot be written', 'poisoned', { poisonedAt: now }, {}],
    [
      'a clip that cannot be copied',
      'copy_failing',
      { state: 'storing' },
      { downloads: { count: 8, reason: 'no room.' } },
    ],
    ['nothing once it is over', undefined, { state: 'failed', poisonedAt: now }, trouble('auth', minutesAgo(9))],
  ])('is drawn to %s', (_what, code, video, watch) => expect(look(video, watch)?.code).toBe(code));

  it('says since when, and whether only a person can end it', () => {
    expect(look({}, trouble('auth', minutesAgo(7)))).toMatchObject({ since: minutesAgo(7), needs_person: true });
    expect(look({ state: 'overdue' })).toMatchObject({ since: now.toISOString(), needs_person: false });
  });

  it('is drawn to a provider that is not configured any more', () => {
    expect(look({}, {}, false)).toMatchObject({ code: 'provider_missing', needs_person: true });
  });
});
