import type { ExpiryRule, System } from './system.ts';

type House = Pick<System, 'store' | 'media' | 'clock' | 'log'>;

export type Kept = {
  /** Reference files that no video used. */
  references: number;
  /** Videos whose files were due. */
  expired: number;
  /** Files that no row stood for. */
  orphans: number;
};

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const unusedMs = 7 * dayMs;
/** A deleted video may still be played in a page that is open, or be asked for again. */
const deletedMs = 7 * dayMs;
/** Between a file and its row lie milliseconds, where no process dies. */
const orphanMs = dayMs;
const batch = 100;
/** So many keys are looked up at once. */
const listed = 500;

/** Which files are due; `retentionMs` null = only those of deleted videos. */
export const expiryRule = (now: Date, retentionMs: number | null): ExpiryRule => ({
  finishedBefore: new Date(retentionMs === null ? 0 : now.getTime() - retentionMs),
  deletedBefore: new Date(now.getTime() - deletedMs),
});

/**
 * Deletes what nobody needs any more; one process at a time, and null where another one does. The row goes first: a
 * crash leaves a file without a row, which the last step finds, and never a row without its file.
 * 1. Reference files that no video uses, after a week.
 * 2. Files whose time is up.
 * 3. Files that no row stands for, of videos that we know: a store may hold what is somebody else's.
 */
export async function keepHouse(house: House, retentionMs: number | null, holder: string): Promise<Kept | null> {
  const { store, log } = house;
  if (!(await store.takeTurn('housekeeping', holder, hourMs))) return null;
  try {
    const kept = {
      references: await deleteUnused(house),
      expired: await deleteExpired(house, retentionMs),
      orphans: await deleteOrphans(house),
    };
    if (Object.values(kept).some((n) => n > 0)) log.info(kept, 'deleted what nobody needs any more');
    return kept;
  } finally {
    await store.endTurn('housekeeping', holder);
  }
}

const before = ({ clock }: House, ms: number) => new Date(clock.now().getTime() - ms);

async function deleteUnused(house: House): Promise<number> {
  for (let n = 0; ; ) {
    const files = await house.store.dropUnusedReferences(before(house, unusedMs), batch);
    for (const { key } of files) await house.media.delete(key);
    n += files.length;
    if (files.length < batch) return n;
  }
}

async function deleteExpired(house: House, retentionMs: number | null): Promise<number> {
  const rule = expiryRule(house.clock.now(), retentionMs);
  for (let n = 0; ; ) {
    const due = await house.store.expiring(rule, batch);
    for (const { id } of due) {
      for (const { key } of await house.store.expire(id, rule)) await house.media.delete(key);
    }
    n += due.length;
    if (due.length < batch) return n;
  }
}

async function deleteOrphans(house: House): Promise<number> {
  let keys: string[] = [];
  let n = 0;
  const deleteSome = async () => {
    const orphans = await house.store.orphansAmong(keys);
    for (const key of orphans) await house.media.delete(key);
    n += orphans.length;
    keys = [];
  };
  for await (const key of house.media.keysBefore(before(house, orphanMs))) {
    if (keys.push(key) >= listed) await deleteSome();
  }
  await deleteSome();
  return n;
}

/** Keeps house every hour. Returns the way out, which waits for what is under way. */
export function startHousekeeping(house: House, retentionMs: number | null, holder: string): () => Promise<void> {
  const over = new AbortController();
  const keeping = (async () => {
    // Not among the first things of a start.
    await house.clock.sleep(60_000, over.signal);
    while (!over.signal.aborted) {
      await keepHouse(house, retentionMs, holder).catch((err) => house.log.warn({ err }, 'housekeeping failed'));
      await house.clock.sleep(hourMs, over.signal);
    }
  })();
  return () => {
    over.abort();
    return keeping;
  };
}
