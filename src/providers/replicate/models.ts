import type { Model } from '#engine/system.ts';
import type { JsonObject, Request } from '#video/video.ts';
import { offered } from '../ai-sdk/offered.ts';
import { aspectRatioOf, tierOf } from '../ai-sdk/shape.ts';

/** A model at Replicate: what its input is called is the model's own affair. */
export type ReplicateModel = {
  /** `owner/name`. */
  name: string;
  label: string;
  /** The field of a first frame; null = it has none. */
  frameField: string | null;
  offer: Partial<Model> & Pick<Model, 'typical'>;
  fields(request: Request): JsonObject;
  /** Which parts of a request it has no field for. */
  ignores: readonly ('seed' | 'size')[];
};

const tiers = ['1280x720', '720x1280', '1920x1080', '1080x1920'];
const seedOf = ({ seed }: Request): JsonObject => (seed === null ? {} : { seed });

/**
 * Names and fields from the models' own pages (`https://replicate.com/<name>`). No prices: they stand there by
 * resolution and change often, and none was read. Times are guesses until history says better.
 */
export const replicateModels: readonly ReplicateModel[] = [
  {
    name: 'bytedance/seedance-1-lite',
    label: 'Seedance 1 Lite (Replicate)',
    frameField: 'image',
    offer: {
      sizes: tiers,
      seconds: [5, 10],
      firstFrame: 'optional',
      audio: false,
      typical: { p5: 25_000, p50: 60_000, p90: 180_000 },
    },
    fields: (request) => ({
      aspect_ratio: aspectRatioOf(request.size),
      resolution: tierOf(request.size),
      duration: request.seconds,
      ...seedOf(request),
    }),
    ignores: [],
  },
  {
    name: 'kwaivgi/kling-v2.1',
    label: 'Kling 2.1 (Replicate)',
    frameField: 'start_image',
    offer: {
      sizes: ['1280x720'],
      seconds: [5, 10],
      firstFrame: 'required',
      audio: false,
      typical: { p5: 90_000, p50: 180_000, p90: 400_000 },
    },
    fields: (request) => ({ duration: request.seconds }),
    ignores: ['seed', 'size'],
  },
  {
    name: 'minimax/hailuo-02',
    label: 'Hailuo 02 (Replicate)',
    frameField: 'first_frame_image',
    offer: {
      sizes: ['1920x1080'],
      seconds: [6],
      firstFrame: 'optional',
      audio: false,
      typical: { p5: 120_000, p50: 270_000, p90: 600_000 },
    },
    fields: (request) => ({ duration: request.seconds, resolution: tierOf(request.size) }),
    ignores: ['seed'],
  },
];

export const modelsOf = (instanceId: string): Model[] =>
  replicateModels.map((model) => offered(instanceId, model, model.offer));
