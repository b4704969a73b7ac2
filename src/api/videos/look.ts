import type { Api } from '#api/context.ts';
import { isTerminal, type Video } from '#video/video.ts';

/** The provider is asked at most so often, however many ask us. */
export const restMs = 5_000;
const watchedForMs = 60_000;
const renewWatchMs = 30_000;
const patienceMs = 3_000;

/**
 * Somebody asks how this video is. A hint to the loop and a watcher's mark, each written only where the row says that
 * it is news; where no loop runs, one look of our own, waited for at most three seconds.
 */
export async function look(api: Api, id: string, video?: Video): Promise<void> {
  const { store, clock } = api.system;
  if (video && isTerminal(video.state)) return;
  const now = clock.now().getTime();
  if (!video?.watchedUntil || video.watchedUntil.getTime() < now + renewWatchMs) {
    await store.markWatched(id, watchedForMs);
  }
  const rested = !video?.checkedAt || now - video.checkedAt.getTime() >= restMs;
  const sooner = video?.checkAt && video.checkAt.getTime() > now && rested;
  const hinted = sooner ? await store.hint({ ids: [id] }, { restMs }) : 0;
  // Only for what is new: a sweep for each reader would cost more than all the reading.
  if (api.wake && video && hinted === 0) return;
  const due = !video?.checkAt || hinted > 0 || video.checkAt.getTime() <= now;
  if (due) await lookNow(api, id);
}

/** Wakes the loop; where none runs, looks (and admits and sends what waits), waited for at most three seconds. */
export async function lookNow(api: Api, id: string): Promise<void> {
  if (api.wake) return api.wake();
  const { clock, log } = api.system;
  const looking = api.lookAt(id).catch((error) => log.error({ err: error, video: id }, 'look failed'));
  const patience = new AbortController();
  await Promise.race([looking, clock.sleep(patienceMs, patience.signal)]);
  patience.abort();
}
