import type { Json } from '#video/video.ts';

export type Redact = {
  /** At most 1,000 characters, for people. */
  text(value: string): string;
  /** At most 8 kB as JSON, for the record. */
  json(value: Json | undefined): Json;
};

const maxTextLength = 1_000;
const maxJsonBytes = 8_000;
const maxDepth = 8;

/** Keys whose value is an address or a secret, whatever it looks like. */
const secretKey = /url|uri|href|file_?path|token|secret|password|authorization|signature|api_?key|credential/i;
/** Of a long scheme its last letters are enough: looking back without a bound takes minutes for a text made for that. */
const address = /(?:[a-z0-9+.-]{0,30}:\/\/|data:[a-z]{1,30}\/)[^\s"'<>]*/gi;

/**
 * Makes a provider's answer fit to be stored and shown: without URLs (they are often signed), without our keys, and
 * without what PostgreSQL cannot hold (U+0000, lone surrogates).
 */
export function createRedact(secrets: readonly (string | null)[]): Redact {
  const hidden = secrets.filter((secret): secret is string => secret !== null && secret.length >= 4);
  const clean = (value: string): string => {
    let text = value.replaceAll('\u0000', '').toWellFormed();
    for (const secret of hidden) text = text.replaceAll(secret, '[key]');
    return text.replace(address, '[url]');
  };
  const short = (text: string, length: number) =>
    text.length > length ? `${text.slice(0, length).toWellFormed()}…` : text;

  const strip = (value: Json, textLength: number, depth: number): Json => {
    if (typeof value === 'string') return short(clean(value), textLength);
    if (typeof value !== 'object' || value === null) return value;
    if (depth >= maxDepth) return '[deep]';
    if (Array.isArray(value)) return value.slice(0, 20).map((one) => strip(one, textLength, depth + 1));
    const entries = Object.entries(value).filter(([key]) => !secretKey.test(key));
    return Object.fromEntries(
      entries.slice(0, 60).map(([key, one]) => [short(clean(key), 100), strip(one, textLength, depth + 1)]),
    );
  };

  return {
    text: (value) => short(clean(value), maxTextLength),
    json: (value) => {
      for (const textLength of [2_000, 200, 40]) {
        const stripped = strip(value ?? null, textLength, 0);
        if (Buffer.byteLength(JSON.stringify(stripped)) <= maxJsonBytes) return stripped;
      }
      return '[larger than 8 kB]';
    },
  };
}
