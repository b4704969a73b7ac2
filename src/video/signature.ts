/** So many first bytes tell a file's kind. */
export const signatureBytes = 12;

const image = /^(ffd8ff|89504e470d0a1a0a|52494646.{8}57454250)/;
/** MP4 and QuickTime name their first box; WebM begins with an EBML header. */
const video = /^(.{8}(66747970|6d6f6f76|6d646174|77696465|66726565|736b6970)|1a45dfa3)/;
/** HEIC and AVIF pictures lie in the same box. */
const stillBrand = /^.{8}66747970(68656963|68656978|68657663|6d696631|6d736631|61766966|61766973)/;

/** What a file says that it is: JPEG, PNG, WebP; MP4, QuickTime, WebM. Null = anything else. */
export function kindBySignature(start: Uint8Array): 'image' | 'video' | null {
  const hex = Array.from(start.subarray(0, signatureBytes), (byte) => byte.toString(16).padStart(2, '0')).join('');
  if (image.test(hex)) return 'image';
  return video.test(hex) && !stillBrand.test(hex) ? 'video' : null;
}

/** How large a reference file may be, in bytes, and how long and short its sides, in pixels. */
export const referenceLimits = {
  imageBytes: 20_000_000,
  videoBytes: 500_000_000,
  minSide: 64,
  maxSide: 8_192,
} as const;
