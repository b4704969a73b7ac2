import { NotOffered, resolveModel } from '#video/choice.ts';
import type { Asset } from '#video/video.ts';
import { newId } from './circumstances.ts';
import { refuseUnable } from './submit.ts';
import type { Character, Once, System, VideoDetails } from './system.ts';

export type CharacterRequest = {
  ownerId: string;
  name: string;
  /** A clip that was made here, or a stored video of the owner's: where the character is seen. */
  source: VideoDetails | Asset;
  /** Omitted = the default model. */
  model?: string | undefined;
  once: Once | null;
};

/** The provider said no; `code` is for programs. */
export class CharacterRefused extends Error {
  override name = 'CharacterRefused';
  readonly kind: 'rejected' | 'unsent' | 'unclear' | 'pending';
  constructor(kind: CharacterRefused['kind'], message: string) {
    super(message);
    this.kind = kind;
  }
}

/**
 * Shows a provider somebody who can appear in several clips.
 * 1. Written down before it is sent, so that the same request never makes a second one.
 * 2. One POST. A definite no takes the row away again; where the answer was lost, it stays, and nothing is sent again.
 * Throws `NotOffered` and `CharacterRefused`.
 */
export async function createCharacter(
  system: System,
  { ownerId, name, source, model: asked, once }: CharacterRequest,
): Promise<{ character: Character; onceId: string | null; replayed: boolean }> {
  const { store, providers, catalogue } = system;
  const { model } = resolveModel(catalogue, asked);
  refuseUnable(system, model, 'character');
  const provider = providers.get(model.provider);
  const video = 'video' in source ? source.video.clipAssetId : source.id;
  if (!video) throw new NotOffered('characters', 'the video is not completed: nobody can be seen in it');
  if (!provider?.createCharacter) throw new NotOffered('model', `${model.provider} keeps no characters`);
  const row = { id: newId(system, 'char'), ownerId, name, provider: model.provider, upstreamId: null };
  const added = await store.addCharacter(row, once);
  if (!added.replayed) {
    const signal = AbortSignal.timeout(system.settings.upstreamTimeoutMs);
    const outcome = await provider.createCharacter(name, video, { key: row.id, signal, webhookUrl: null });
    if (outcome.kind === 'accepted') await store.confirmCharacter(row.id, outcome.upstreamId);
    else {
      if (outcome.kind !== 'unclear') await store.dropCharacter(row.id);
      throw new CharacterRefused(outcome.kind === 'limited' ? 'unsent' : outcome.kind, outcome.message);
    }
  }
  const character = await store.character(added.id, ownerId);
  if (!character?.upstreamId) throw new CharacterRefused('pending', 'The provider has not answered the first request.');
  return { character, onceId: added.onceId, replayed: added.replayed };
}
