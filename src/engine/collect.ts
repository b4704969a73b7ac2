import { afterDownloadFailure, afterShortRun, stored } from '#video/collection.ts';
import { DownloadError } from '#video/errors/download-error.ts';
import type { Asset, AssetKind, Claimed, JsonObject } from '#video/video.ts';
import { chance, newId, stopwatch } from './circumstances.ts';
import type { Step } from './step.ts';

/** Made once: an abort without a reason makes an exception, stack and all, for each copy. */
const ended = new Error('the copy ended');
/** Nice to have: their absence never keeps a finished clip waiting. */
const extras: readonly AssetKind[] = ['thumbnail', 'spritesheet'];

/**
 * Copies the finished file into our own storage before the provider's copy dies.
 * 1. Stream the clip into media: the file is durable and probed when that returns.
 * 2. Thumbnail and spritesheet where the provider has them; a frame of the clip where we can decode it.
 * 3. One move: assets and `completed`. A failed copy is tried again later, and one that a run here is too short for goes
 *    on in the next; nothing is rendered again.
 */
export async function collect(step: Step, claimed: Claimed): Promise<void> {
  const { system, save } = step;
  const { operation } = claimed.attempt;
  if (!operation) throw new Error('collecting needs an operation');
  const now = stopwatch(system, claimed);
  try {
    const clip = await copy(step, claimed, operation, 'clip');
    const assets = [clip];
    for (const kind of extras) {
      const extra = await copyIfThere(step, claimed, operation, kind);
      if (extra) assets.push(extra);
      else if (kind === 'thumbnail') assets.push(...(await draw(step, clip)));
    }
    await save(stored(claimed, assets, now()));
  } catch (error) {
    if (step.signal.aborted) throw error;
    if (error instanceof RunOver) {
      await save(afterShortRun(claimed, error.continues, now()));
      return;
    }
    if (!(error instanceof DownloadError)) throw error;
    await save(afterDownloadFailure(claimed, error, now(), chance(system)));
  }
}

/** The run ends before the copy: the next one goes on with it, or begins anew. */
class RunOver extends Error {
  override name = 'RunOver';
  readonly continues: boolean;
  constructor(continues: boolean) {
    super('the run is over');
    this.continues = continues;
  }
}

async function copy(
  { system, provider, signal }: Step,
  { video, attempt }: Claimed,
  operation: JsonObject,
  kind: AssetKind,
): Promise<Asset> {
  const { copyLimitMs = null } = system.settings;
  const finished = new AbortController();
  const over = new AbortController();
  if (copyLimitMs !== null) {
    system.clock.sleep(copyLimitMs, finished.signal).then(() => finished.signal.aborted || over.abort());
  }
  const within = AbortSignal.any([signal, over.signal]);
  const download = await provider.open(operation, kind, within);
  const continues = download.rest !== undefined && Boolean(download.etag);
  const file = await system.media
    .put(`${video.id}/${attempt.id}/${kind}`, kind, download, within)
    .catch((error) => Promise.reject(over.signal.aborted && !signal.aborted ? new RunOver(continues) : error))
    .finally(() => finished.abort(ended));
  return { ...file, id: newId(system, 'asset'), videoId: video.id, attemptId: attempt.id, kind };
}

async function copyIfThere(
  step: Step,
  claimed: Claimed,
  operation: JsonObject,
  kind: AssetKind,
): Promise<Asset | null> {
  try {
    return await copy(step, claimed, operation, kind);
  } catch (error) {
    if (!(error instanceof DownloadError)) throw error;
    step.system.log.debug({ video: claimed.video.id, kind, reason: error.reason }, 'the provider has no such variant');
    return null;
  }
}

/** A poster of our own making; nothing where nothing decodes the clip. */
async function draw({ system, signal }: Step, clip: Asset): Promise<Asset[]> {
  const { media, log } = system;
  try {
    const frame = await media.poster?.(clip.key);
    if (!frame) return [];
    const file = await media.put(`${clip.videoId}/${clip.attemptId}/thumbnail`, 'thumbnail', frame, signal);
    const { videoId, attemptId } = clip;
    return [{ ...file, id: newId(system, 'asset'), videoId, attemptId, kind: 'thumbnail' }];
  } catch (error) {
    if (signal.aborted) throw error;
    log.warn({ video: clip.videoId, err: error }, 'no poster could be drawn');
    return [];
  }
}
