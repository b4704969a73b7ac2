/** All chance of a world comes from here: the same seed gives the same world. */
export type Random = {
  /** Uniform in 0..1. */
  next(): number;
  chance(probability: number): boolean;
  between(low: number, high: number): number;
  pick<T>(of: readonly T[]): T;
  bytes(n: number): Uint8Array;
  /** Another stream, which what is drawn here does not change. */
  fork(): Random;
};

/** sfc32, seeded through splitmix32: small, fast, and good enough for chance (PractRand, to 2 TB). */
export function createRandom(seed: number): Random {
  let s = seed | 0;
  const mix = () => {
    s = (s + 0x9e3779b9) | 0;
    let t = s ^ (s >>> 16);
    t = Math.imul(t, 0x21f0aaad);
    t ^= t >>> 15;
    t = Math.imul(t, 0x735a2d97);
    return t ^ (t >>> 15);
  };
  let [a, b, c, counter] = [mix(), mix(), mix(), 1];
  const word = () => {
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return t >>> 0;
  };
  for (let i = 0; i < 12; i++) word();
  const next = () => word() / 4_294_967_296;
  return {
    next,
    chance: (probability) => next() < probability,
    between: (low, high) => low + next() * (high - low),
    pick: (of) => of[Math.floor(next() * of.length)] as (typeof of)[number],
    bytes: (n) => Uint8Array.from({ length: n }, () => word() & 255),
    fork: () => createRandom(word()),
  };
}
