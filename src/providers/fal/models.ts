import type { Model } from '#engine/system.ts';
import type { JsonObject, Request } from '#video/video.ts';
import { offered } from '../ai-sdk/offered.ts';
import { aspectRatioOf, tierOf } from '../ai-sdk/shape.ts';

/** A model at fal: every one has its own fields, and takes no others. */
export type FalModel = {
  /** Its endpoint, which is also its name. */
  name: string;
  label: string;
  /** The endpoint that takes a first frame as `image_url`; null = it has none. */
  imageEndpoint: string | null;
  offer: Partial<Model> & Pick<Model, 'typical'>;
  /** The fields for what was asked. */
  fields(request: Request): JsonObject;
  /** Which parts of a request it has no field for. */
  ignores: readonly ('seed' | 'size')[];
};

const widescreen = ['1280x720', '720x1280'];
const shape = ({ size }: Request): JsonObject => ({ aspect_ratio: aspectRatioOf(size) });
const seedOf = ({ seed }: Request): JsonObject => (seed === null ? {} : { seed });

/**
 * Names, fields and prices from the models' own pages (`https://fal.ai/models/<name>/llms.txt`). A price that was not
 * read there is null. Times are guesses until history says better.
 */
export const falModels: readonly FalModel[] = [
  {
    name: 'fal-ai/veo3/fast',
    label: 'Veo 3 Fast (fal)',
    imageEndpoint: 'fal-ai/veo3/fast/image-to-video',
    offer: {
      sizes: [...widescreen, '1920x1080', '1080x1920'],
      seconds: [4, 6, 8],
      firstFrame: 'optional',
      audio: true,
      price: { perSecondUsd: 0.15, source: 'https://fal.ai/models/fal-ai/veo3/fast', asOf: '2026-11-21' },
      typical: { p5: 40_000, p50: 75_000, p90: 180_000 },
    },
    fields: (request) => ({
      ...shape(request),
      ...seedOf(request),
      duration: `${request.seconds}s`,
      resolution: tierOf(request.size),
    }),
    ignores: [],
  },
  {
    name: 'fal-ai/kling-video/v2.5-turbo/pro/text-to-video',
    label: 'Kling 2.5 Turbo Pro (fal)',
    imageEndpoint: 'fal-ai/kling-video/v2.5-turbo/pro/image-to-video',
    offer: {
      sizes: [...widescreen, '1920x1080', '1080x1920'],
      seconds: [5, 10],
      firstFrame: 'optional',
      audio: false,
      typical: { p5: 60_000, p50: 150_000, p90: 360_000 },
    },
    // "5", not "5s".
    fields: (request) => ({ ...shape(request), duration: String(request.seconds) }),
    ignores: ['seed', 'size'],
  },
  {
    name: 'fal-ai/minimax/hailuo-02/standard/text-to-video',
    label: 'Hailuo 02 Standard (fal)',
    imageEndpoint: 'fal-ai/minimax/hailuo-02/standard/image-to-video',
    offer: {
      sizes: ['1280x720'],
      seconds: [6, 10],
      firstFrame: 'optional',
      audio: false,
      price: {
        perSecondUsd: 0.045,
        source: 'https://fal.ai/models/fal-ai/minimax/hailuo-02/standard/image-to-video/llms.txt',
        asOf: '2026-11-21',
      },
      typical: { p5: 90_000, p50: 240_000, p90: 600_000 },
    },
    fields: (request) => ({ duration: String(request.seconds) }),
    ignores: ['seed', 'size'],
  },
];

export const modelsOf = (instanceId: string): Model[] =>
  falModels.map((model) => offered(instanceId, model, model.offer));
