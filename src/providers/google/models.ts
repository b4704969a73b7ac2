import type { Model } from '#engine/system.ts';
import { offered } from '../ai-sdk/offered.ts';

const pricing = { source: 'https://ai.google.dev/gemini-api/docs/pricing', asOf: '2026-05-31' };
const widescreen = ['1280x720', '720x1280', '1920x1080', '1080x1920'];

type Veo = { name: string; label: string; offer: Partial<Model> };

/**
 * Source: ai.google.dev/gemini-api/docs/video: 4, 6 or 8 seconds, 16:9 or 9:16, always with sound; 1080p only in clips
 * of 8 seconds, which the API itself refuses. Its "11 seconds to 6 minutes" gives the times.
 */
const models: readonly Veo[] = [
  {
    name: 'veo-3.1-generate-preview',
    label: 'Veo 3.1',
    offer: { price: { perSecondUsd: { '720p': 0.4, '1080p': 0.4, '2160p': 0.6 }, ...pricing } },
  },
  {
    name: 'veo-3.1-fast-generate-preview',
    label: 'Veo 3.1 Fast',
    offer: { price: { perSecondUsd: { '720p': 0.1, '1080p': 0.12, '2160p': 0.3 }, ...pricing } },
  },
  {
    name: 'veo-3.1-lite-generate-preview',
    label: 'Veo 3.1 Lite',
    offer: { price: { perSecondUsd: { '720p': 0.05, '1080p': 0.08 }, ...pricing } },
  },
];

const shared = {
  sizes: widescreen,
  seconds: [4, 6, 8],
  firstFrame: 'optional',
  audio: true,
  typical: { p5: 25_000, p50: 70_000, p90: 240_000 },
} satisfies Partial<Model>;

export const modelsOf = (instanceId: string): Model[] =>
  models.map((model) => offered(instanceId, model, { ...shared, ...model.offer }));
