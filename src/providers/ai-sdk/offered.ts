import type { Model } from '#engine/system.ts';
import { unknownOffer } from '#video/choice.ts';

type Offer = Partial<Model> & Pick<Model, 'typical'>;

/** A model of an instance in the catalogue, under the name that its provider knows. */
export const offered = (instanceId: string, { name, label }: { name: string; label: string }, offer: Offer): Model => ({
  ...unknownOffer,
  id: `${instanceId}/${name}`,
  provider: instanceId,
  upstreamModel: name,
  label,
  free: false,
  ...offer,
});
