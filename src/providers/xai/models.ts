import type { Model } from '#engine/system.ts';
import { offered } from '../ai-sdk/offered.ts';

const pricing = { source: 'https://docs.x.ai/docs/models', asOf: '2026-11-21' };
const seconds = Array.from({ length: 15 }, (_, i) => i + 1);

type Grok = { name: string; label: string; offer: Partial<Model> };

/**
 * Source: docs.x.ai, video generation: 1 to 15 seconds, 480p and 720p, 1080p with 1.5 alone, always with sound. Prices
 * are xAI's list prices as resellers quote them; what was billed comes with every result.
 */
const models: readonly Grok[] = [
  {
    name: 'grok-imagine-video',
    label: 'Grok Imagine',
    offer: {
      sizes: ['1280x720', '720x1280', '854x480', '480x854'],
      price: { perSecondUsd: { '480p': 0.05, '720p': 0.07 }, ...pricing },
    },
  },
  {
    name: 'grok-imagine-video-1.5',
    label: 'Grok Imagine 1.5',
    offer: {
      sizes: ['1280x720', '720x1280', '854x480', '480x854', '1920x1080', '1080x1920'],
      price: { perSecondUsd: { '480p': 0.08, '720p': 0.14, '1080p': 0.25 }, ...pricing },
    },
  },
];

const shared = {
  seconds,
  firstFrame: 'optional',
  audio: true,
  typical: { p5: 15_000, p50: 60_000, p90: 240_000 },
} satisfies Partial<Model>;

export const modelsOf = (instanceId: string): Model[] =>
  models.map((model) => offered(instanceId, model, { ...shared, ...model.offer }));
