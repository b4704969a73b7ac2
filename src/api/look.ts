import { isTerminal, type Video } from '#video/video.ts';
import type { Api } from './context.ts';

/** The provider is asked at most so often, however many ask us. */
const restMs = 5_000;
const watchedForMs = 60_000;
const renewWatchMs = 30_000;
const patienceMs = 3_000;

/**
 * Somebody asks how this video is. A hint to the loop and a watcher's mark, each written only where the row says that
 * it is news; where no loop runs, one look of our own, waited for at most three seconds.
 */
export async function look(api: Api, id: string, video?: Video): Promise<void> {
  const { store, clock, log } = api.system;
  if (video && isTerminal(video.state)) return;
  const now = clock.now().getTime();
  if (!video?.watchedUntil || video.watchedUntil.getTime() < now + renewWatchMs) {
    await store.markWatched(id, watchedForMs);
  }
  const rested = !video?.checkedAt || now - video.checkedAt.getTime() >= restMs;
  const sooner = video?.checkAt && video.checkAt.getTime() > now && rested;
  const hinted = sooner ? await store.hint({ ids: [id] }, { restMs }) : 0;
  if (api.wake) {
    // Only for what is new: a sweep for each reader would cost more than all the reading.
    if (!video || hinted > 0) api.wake();
    return;
  }
  // A queued one is admit's alone: a claim of ours would only keep a worker from it.
  if (!video?.checkAt) return;
  const looking = api.lookAt(id).catch((error) => log.error({ err: error, video: id }, 'look failed'));
  const patience = new AbortController();
  await Promise.race([looking, clock.sleep(patienceMs, patience.signal)]);
  patience.abort();
}
