/** What a model can be asked for. Null = unchecked, passed on as asked. Sizes are `WIDTHxHEIGHT` in pixels. */
export type Offer = { sizes: readonly string[] | null; seconds: readonly number[] | null };

/** Nothing is known of what the model offers: all is passed on as asked. */
export const unknownOffer = {
  sizes: null,
  seconds: null,
  firstFrame: null,
  audio: null,
  operations: [] as [],
  price: null,
  deadlineMs: null,
  retires: null,
};

/** The part of a catalogue that a model is chosen by; `M` is its entry. */
export type Choices<M> = {
  models(): M[];
  /** Bare names → full ids. */
  aliases(): Record<string, string>;
  defaultModel(): string;
  get(id: string): M | undefined;
};

/** The values of the OpenAI protocol: Sora code names no others, and means "about so large, about so long". */
export const protocolSizes = ['720x1280', '1280x720', '1024x1792', '1792x1024', '1080x1920', '1920x1080'] as const;
export const protocolSeconds = [4, 8, 12, 16, 20] as const;

/** Asked for a model, a size or a length that is not offered. The message names what is. */
export class NotOffered extends Error {
  override name = 'NotOffered';
  readonly param: 'model' | 'size' | 'seconds' | 'characters' | 'inputs';
  constructor(param: NotOffered['param'], message: string) {
    super(message);
    this.param = param;
  }
}

/** The model behind a full id, an alias, or nothing at all. Throws `NotOffered`. */
export function resolveModel<M extends { id: string }>(
  choices: Choices<M>,
  asked: string | null | undefined,
): { model: M; byAlias: boolean } {
  const aliases = choices.aliases();
  const id = asked == null ? choices.defaultModel() : Object.hasOwn(aliases, asked) ? aliases[asked] : undefined;
  const model = choices.get(id ?? asked ?? '');
  if (model) return { model, byAlias: id !== undefined };
  const known = choices.models().map((one) => one.id);
  throw new NotOffered('model', `model ${JSON.stringify(asked ?? id)} is not known; offered: ${known.join(', ')}`);
}

/**
 * What is rendered when this is asked for. Only where the model came by alias or was omitted, a value of the protocol
 * becomes the nearest that is offered, and a warning says so; anything else not offered throws `NotOffered`.
 */
export function fitOffer(
  offer: Offer,
  asked: { seconds: number; size: string },
  byAlias: boolean,
): { seconds: number; size: string; warnings: string[] } {
  const warnings: string[] = [];
  const choose = <T extends string | number>(
    param: 'seconds' | 'size',
    value: T,
    offered: readonly T[] | null,
    protocol: readonly T[],
    distance: (a: T, b: T) => number,
  ): T => {
    if (!offered || offered.includes(value)) return value;
    const nearest = byAlias && protocol.includes(value) ? nearestOf(offered, (one) => distance(one, value)) : undefined;
    if (nearest === undefined) {
      throw new NotOffered(
        param,
        `${param} ${JSON.stringify(value)} is not offered by this model; offered: ${offered.join(', ')}`,
      );
    }
    warnings.push(`${param} ${value} is not offered by this model: rendered with ${nearest}`);
    return nearest;
  };
  const seconds = choose<number>('seconds', asked.seconds, offer.seconds, protocolSeconds, nearerOrShorter);
  const size = choose<string>('size', asked.size, offer.sizes, protocolSizes, sizeDistance);
  return { seconds, size, warnings };
}

type Retiring = { id: string; retires: { on: string; instead: string | null } | null };

/** So long before a model ends, whoever asks for it is told. */
const noticeMs = 30 * 86_400_000;

/** Throws `NotOffered` where the last day of a model (UTC) is over; a warning where that is near, else null. */
export function refuseRetired({ id, retires }: Retiring, now: Date): string | null {
  if (!retires) return null;
  const instead = retires.instead ? `; take ${retires.instead} instead` : '';
  if (now.toISOString().slice(0, 10) > retires.on) {
    throw new NotOffered('model', `${id} is offered no more since ${retires.on}${instead}`);
  }
  return Date.parse(retires.on) - now.getTime() < noticeMs ? `${id} ends on ${retires.on}${instead}` : null;
}

/** Throws `NotOffered` where a model cannot begin with an image, or only with one. */
export function fitFirstFrame(
  { id, firstFrame }: { id: string; firstFrame: 'no' | 'optional' | 'required' | null },
  inputs: readonly string[],
): void {
  if (firstFrame === 'no' && inputs.length > 0) {
    throw new NotOffered('inputs', `${id} takes no first frame: leave the image out, or choose another model`);
  }
  if (firstFrame === 'required' && inputs.length === 0) {
    throw new NotOffered('inputs', `${id} needs an image as the first frame`);
  }
}

/** The first of equals wins. */
function nearestOf<T>(values: readonly T[], distance: (value: T) => number): T | undefined {
  let best: T | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const value of values) {
    const d = distance(value);
    if (d < least) [best, least] = [value, d];
  }
  return best;
}

/** Of two lengths equally near the shorter, since it costs less. */
const nearerOrShorter = (a: number, b: number) => Math.abs(a - b) + (a > b ? 1e-6 : 0);

/** A wrong shape spoils a clip more than fewer pixels do: aspect ratio first, area second. */
function sizeDistance(a: string, b: string): number {
  const [aw = 1, ah = 1] = a.split('x').map(Number);
  const [bw = 1, bh = 1] = b.split('x').map(Number);
  const aspect = Math.abs(Math.log(aw / ah / (bw / bh)));
  const area = Math.abs(Math.log((aw * ah) / (bw * bh)));
  return aspect * 100 + area;
}
