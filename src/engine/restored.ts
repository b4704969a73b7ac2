import { applied } from '#video/lifecycle.ts';
import { becomeUnknown, intend } from '#video/submission.ts';
import type { System } from './system.ts';

const page = 100;

/**
 * After a backup was put back: whatever waited when it was taken may have been sent since, by the installation that was
 * lost, so sending it now could pay twice. Each becomes `unknown`, as if sent at that moment: it is looked for at its
 * provider, and a person decides where nothing is found. Returns how many.
 */
export async function doubtQueued(
  { store, providers, settings }: Pick<System, 'store' | 'providers' | 'settings'>,
  takenAt: Date,
): Promise<number> {
  const message = `put back from a backup of ${takenAt.toISOString()}: it may have been sent since`;
  let doubted = 0;
  for (let after: string | undefined; ; ) {
    const waiting = await store.list({
      ownerId: null,
      states: ['queued'],
      limit: page,
      order: 'asc',
      ...(after && { after }),
    });
    for (const { video } of waiting) {
      const claimed = await store.claimOne(video.id, null, settings.leaseMs);
      if (!claimed || claimed === 'busy') throw new Error(`${video.id} is being worked on: stop everything else first`);
      const retentionMs = providers.get(video.provider)?.capabilities.retentionMs ?? 0;
      const sent = intend(claimed, takenAt, { retentionMs });
      const lost = becomeUnknown(applied(claimed, sent), message, claimed.at);
      for (const move of [sent, lost]) {
        const [saved] = await store.saveMoves([move]);
        if (saved !== 'saved') throw new Error(`${video.id} was taken over: stop everything else first`);
      }
      doubted++;
    }
    if (waiting.length < page) return doubted;
    after = waiting.at(-1)?.video.id;
  }
}
