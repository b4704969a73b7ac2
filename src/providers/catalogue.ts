import type { StoredFallbacks } from '#engine/stored-settings.ts';
import type { Catalogue, Model } from '#engine/system.ts';
import { unknownOffer } from '#video/choice.ts';

/** Names that Sora code asks for. All of them mean the default model, until somebody says otherwise: Sora is gone. */
export const soraNames = ['sora-2', 'sora-2-pro', 'sora-2-2025-10-06', 'sora-2-2025-12-08', 'sora-2-pro-2025-10-06'];

const allOperations: Model['operations'] = ['remix', 'edit', 'extend', 'character'];

export const testPattern: Model = {
  id: 'simulator/test-pattern',
  provider: 'simulator',
  upstreamModel: 'test-pattern',
  label: 'Test pattern (free)',
  free: true,
  ...unknownOffer,
  sizes: ['1280x720', '720x1280', '1792x1024', '1024x1792', '1920x1080', '1080x1920', '640x360', '320x180', '180x320'],
  seconds: Array.from({ length: 20 }, (_, i) => i + 1),
  firstFrame: 'optional',
  audio: false,
  operations: allOperations,
  price: { perClipUsd: 0, source: 'rendered by Dailies itself', asOf: '2026-11-21' },
  typical: { p5: 4_000, p50: 8_000, p90: 14_000 },
};

/**
 * A model of a `/v1/videos` server; null = the server's own default, sent without a name. `derives`: the server may have
 * the routes that make clips of clips; where it has not, it says so, and nothing is paid.
 */
export function serverModel(provider: string, upstreamModel: string | null, derives = true): Model {
  return {
    id: `${provider}/${upstreamModel ?? 'default'}`,
    provider,
    upstreamModel,
    label: upstreamModel ?? `The default of ${provider}`,
    free: false,
    ...unknownOffer,
    operations: derives ? allOperations : [],
    // Between a small model on one's own card and a hosted large one; history replaces it after five clips.
    typical: { p5: 30_000, p50: 150_000, p90: 480_000 },
  };
}

/** What there is to choose from at this moment. */
export type Choices = {
  models: Map<string, Model>;
  defaultModel: string;
  aliases: Record<string, string>;
  fallbacks: StoredFallbacks;
};

/** `choices` is asked each time: servers may name more models later, and people choose. */
export function createCatalogue(choices: () => Choices): Catalogue {
  return {
    models: () => [...choices().models.values()],
    aliases() {
      const { defaultModel, aliases } = choices();
      return { ...Object.fromEntries(soraNames.map((name) => [name, defaultModel])), ...aliases };
    },
    defaultModel: () => choices().defaultModel,
    get: (id) => choices().models.get(id),
    fallbacksOf(id) {
      const { enabled, dearer, models } = choices().fallbacks;
      return { to: (enabled && models[id]) || [], dearer };
    },
  };
}
