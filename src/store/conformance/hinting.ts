import { describe, expect, test } from 'vitest';
import type { TestStore } from '#store/testing.ts';
import { move } from '#video/lifecycle.ts';
import { claimIn, minuteMs, setScene } from './scene.ts';

export function hinting(open: TestStore['open']): void {
  describe('a hint', () => {
    test('brings the look at a free row to now', async () => {
      const { store, clock, running, video } = await setScene(open);
      const id = await running();
      clock.pass(1_000);
      expect(await store.hint({ ids: [id, 'video_none'] })).toBe(1);
      expect((await video(id)).checkAt).toEqual(clock.now());
      clock.pass(1_000);
      await store.hint({ ids: [id] });
      expect((await video(id)).checkAt).toEqual(clock.in(-1_000));
    });

    test('respects a rest', async () => {
      const { store, clock, running, claimed, save, video } = await setScene(open);
      const id = await running();
      const rest = { notBefore: clock.in(2 * minuteMs) };
      await save(await claimed(id), 'running', { next: clock.in(3 * minuteMs), video: rest });
      await store.hint({ ids: [id] });
      expect((await video(id)).checkAt).toEqual(clock.in(2 * minuteMs));
    });

    test('during a claim leaves the fence alone, and the next look comes at once', async () => {
      const { store, clock, running, save, video } = await setScene(open);
      const id = await running({}, 0);
      const [claim] = await claimIn(store, 'sim', 'watch', 1);
      if (!claim) throw new Error('nothing was claimed');
      expect(await store.hint({ ids: [id] })).toBe(1);
      expect(await video(id)).toEqual({ ...claim.video, checkedAt: clock.now(), woken: true });
      expect(await claimIn(store, 'sim', 'watch', 1)).toEqual([]);
      clock.pass(1_000);
      expect(await save(claim, 'running', { next: clock.in(minuteMs) })).toBe('saved');
      expect(await video(id)).toMatchObject({ checkAt: clock.now(), woken: false, claimSeq: claim.video.claimSeq });
      expect(await claimIn(store, 'sim', 'watch', 1)).toHaveLength(1);
    });

    test('during a claim counts even if the claim is given back', async () => {
      const { store, clock, running, claimed, video } = await setScene(open);
      const id = await running();
      const claim = await claimed(id);
      await store.hint({ ids: [id] });
      await store.release([{ id, seq: claim.video.claimSeq }]);
      expect(await video(id)).toMatchObject({ checkAt: clock.now(), woken: false });
    });

    test('never touches a queued row, admitted or not', async () => {
      const { store, ask, admitAll, video } = await setScene(open);
      const admitted = await ask();
      await admitAll();
      const queued = await ask();
      const before = [await video(admitted), await video(queued)];
      expect(await store.hint('all')).toBe(0);
      expect(await store.hint({ ids: [admitted, queued] })).toBe(0);
      expect([await video(admitted), await video(queued)]).toEqual(before);
    });

    test('never wakes what is at its end, even when it ends under a hint', async () => {
      const { store, running, claimed, save, video } = await setScene(open);
      const id = await running();
      const claim = await claimed(id);
      await store.hint({ ids: [id] });
      await save(claim, 'failed', { next: null });
      expect(await video(id)).toMatchObject({ checkAt: null, woken: false });
      expect(await store.hint('all')).toBe(0);
    });

    test('is dropped where somebody looked just now', async () => {
      const { store, clock, running, looked } = await setScene(open);
      const id = await running();
      const { claimSeq } = (await looked(id)).video;
      await store.release([{ id, seq: claimSeq }]);
      clock.pass(4_999);
      expect(await store.hint({ ids: [id] }, { restMs: 5_000 })).toBe(0);
      clock.pass(1);
      expect(await store.hint({ ids: [id] }, { restMs: 5_000 })).toBe(1);
    });

    test('reaches all rows, or those of one provider', async () => {
      const { store, running } = await setScene(open);
      await running();
      await running();
      await running({ provider: 'other' });
      expect(await store.hint({ provider: 'other' })).toBe(1);
      expect(await store.hint('all')).toBe(3);
      expect(await store.hint({ ids: [] })).toBe(0);
    });
  });

  describe('the wish to cancel', () => {
    test('is remembered on a claimed row, and wakes its next look', async () => {
      const { store, clock, running, claimed, save, video } = await setScene(open);
      const id = await running();
      const claim = await claimed(id);
      await store.requestCancel(id, false, { type: 'user', id: 'ada' });
      expect(await video(id)).toMatchObject({ cancelRequestedAt: clock.now(), woken: true, hiddenAt: null });
      expect(await save(claim, 'running', { next: clock.in(minuteMs) })).toBe('saved');
      expect(await video(id)).toMatchObject({ cancelRequestedAt: clock.now(), checkAt: clock.now() });
      expect((await store.events(id, null)).at(-1)).toMatchObject({
        type: 'cancel_requested',
        actor: { type: 'user', id: 'ada' },
        stateBefore: 'running',
        stateAfter: 'running',
      });
    });

    test('hides at once where the video is deleted, and keeps its first time', async () => {
      const { store, clock, running, claimed, video } = await setScene(open);
      const id = await running();
      await claimed(id);
      await store.requestCancel(id, true, { type: 'user' });
      const first = clock.now();
      clock.pass(1_000);
      await store.requestCancel(id, true, { type: 'user' });
      expect(await video(id)).toMatchObject({ hiddenAt: first, cancelRequestedAt: first });
      expect(await store.list({ ownerId: 'ada', limit: 10, order: 'asc' })).toEqual([]);
      expect(await store.count('ada')).toEqual({});
    });

    test('means nothing to a video at its end', async () => {
      const { store, running, claimed, save, video } = await setScene(open);
      const id = await running();
      await save(await claimed(id), 'failed', { next: null });
      await store.requestCancel(id, false, { type: 'user' });
      expect((await video(id)).cancelRequestedAt).toBeNull();
      expect(await store.events(id, null)).toHaveLength(1);
    });
  });

  test('watching is written down at most every 30 seconds', async () => {
    const { store, clock, running, video } = await setScene(open);
    const id = await running();
    await store.markWatched(id, 90_000);
    const until = clock.in(90_000);
    expect((await video(id)).watchedUntil).toEqual(until);
    clock.pass(29_999);
    await store.markWatched(id, 90_000);
    expect((await video(id)).watchedUntil).toEqual(until);
    clock.pass(1);
    await store.markWatched(id, 90_000);
    expect((await video(id)).watchedUntil).toEqual(clock.in(90_000));
  });

  test('listeners hear of what may be due, and of what was written down', async () => {
    const { store, clock, ask, claimed, running } = await setScene(open);
    const id = await running();
    const claim = await claimed(id);
    const heard = { due: 0, events: 0 };
    const leave = [
      store.listen('due', () => {
        heard.due += 1;
      }),
      store.listen('events', () => {
        heard.events += 1;
      }),
    ];
    // Once at the beginning: what was before could not be heard.
    await expect.poll(() => heard).toEqual({ due: 1, events: 1 });
    await store.saveMoves([move(claim, 'running', { next: clock.in(minuteMs), event: 'progress' })]);
    await expect.poll(() => heard).toEqual({ due: 1, events: 2 });
    await store.hint({ ids: [id] });
    await expect.poll(() => heard).toEqual({ due: 2, events: 2 });
    await ask();
    await expect.poll(() => heard).toEqual({ due: 3, events: 3 });
    for (const away of leave) away();
    await ask();
    await store.now();
    expect(heard).toEqual({ due: 3, events: 3 });
  });
}
