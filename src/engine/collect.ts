import { afterDownloadFailure, stored } from '#video/collection.ts';
import { DownloadError } from '#video/download-error.ts';
import type { Asset, AssetKind, Claimed, JsonObject } from '#video/video.ts';
import { chance, newId, stopwatch } from './circumstances.ts';
import type { Step } from './step.ts';

/** Nice to have: their absence never keeps a finished clip waiting. */
const extras: readonly AssetKind[] = ['thumbnail', 'spritesheet'];

/**
 * Copies the finished file into our own storage before the provider's copy dies.
 * 1. Stream the clip into media: the file is durable and probed when that returns.
 * 2. Thumbnail and spritesheet where the provider has them.
 * 3. One move: assets and `completed`. A failed copy is tried again later; nothing is rendered again.
 */
export async function collect(step: Step, claimed: Claimed): Promise<void> {
  const { system, save } = step;
  const { operation } = claimed.attempt;
  if (!operation) throw new Error('collecting needs an operation');
  const now = stopwatch(system, claimed);
  try {
    const assets = [await copy(step, claimed, operation, 'clip')];
    for (const kind of extras) {
      const extra = await copyIfThere(step, claimed, operation, kind);
      if (extra) assets.push(extra);
    }
    await save(stored(claimed, assets, now()));
  } catch (error) {
    if (step.signal.aborted) throw error;
    if (!(error instanceof DownloadError)) throw error;
    await save(afterDownloadFailure(claimed, error, now(), chance(system)));
  }
}

async function copy(
  { system, provider, signal }: Step,
  { video, attempt }: Claimed,
  operation: JsonObject,
  kind: AssetKind,
): Promise<Asset> {
  const download = await provider.open(operation, kind, signal);
  const file = await system.media.put(`${video.id}/${attempt.id}/${kind}`, kind, download, signal);
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
