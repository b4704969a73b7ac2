import type { Catalogue, Model } from '#engine/system.ts';

/** Names that Sora code asks for. All of them mean the default model: Sora itself is gone. */
const soraNames = ['sora-2', 'sora-2-pro', 'sora-2-2025-10-06', 'sora-2-2025-12-08', 'sora-2-pro-2025-10-06'];

export const testPattern: Model = {
  id: 'simulator/test-pattern',
  provider: 'simulator',
  upstreamModel: 'test-pattern',
  label: 'Test pattern (free)',
  free: true,
  sizes: ['1280x720', '720x1280', '1792x1024', '1024x1792', '1920x1080', '1080x1920', '640x360', '320x180', '180x320'],
  seconds: Array.from({ length: 20 }, (_, i) => i + 1),
  typical: { p5: 4_000, p50: 8_000, p90: 14_000 },
  deadlineMs: null,
};

/** A model of a `/v1/videos` server; null = the server's own default, sent without a name. */
export function serverModel(provider: string, upstreamModel: string | null): Model {
  return {
    id: `${provider}/${upstreamModel ?? 'default'}`,
    provider,
    upstreamModel,
    label: upstreamModel ?? `The default of ${provider}`,
    free: false,
    sizes: null,
    seconds: null,
    // Between a small model on one's own card and a hosted large one; history replaces it after five clips.
    typical: { p5: 30_000, p50: 150_000, p90: 480_000 },
    deadlineMs: null,
  };
}

/** `models` is asked each time: servers may name more of them later. */
export function createCatalogue(models: () => Model[], defaultModel: string): Catalogue {
  const aliases = Object.fromEntries(soraNames.map((name) => [name, defaultModel]));
  return {
    models,
    aliases: () => aliases,
    defaultModel: () => defaultModel,
    get: (id) => models().find((model) => model.id === id),
  };
}
