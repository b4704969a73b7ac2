import { expect, it } from 'vitest';
import { kindBySignature } from './signature.ts';

const text = (value: string) => Array.from(new TextEncoder().encode(value));
const box = (type: string, brand = 'isom') => [0, 0, 0, 0x20, ...text(type), ...text(brand)];
const webp = [...text('RIFF'), 1, 2, 3, 4, ...text('WEBP')];

it.each<[string, number[], 'image' | 'video' | null]>([
  ['JPEG', [0xff, 0xd8, 0xff, 0xe0], 'image'],
  ['PNG', [0x89, ...text('PNG\r\n\x1a\n')], 'image'],
  ['WebP', webp, 'image'],
  ['MP4', box('ftyp'), 'video'],
  ['QuickTime', box('ftyp', 'qt  '), 'video'],
  ...['moov', 'mdat', 'wide', 'free', 'skip'].map((type): [string, number[], 'video'] => [type, box(type), 'video']),
  ['WebM', [0x1a, 0x45, 0xdf, 0xa3], 'video'],
  ...['heic', 'heix', 'hevc', 'mif1', 'msf1', 'avif', 'avis'].map((brand): [string, number[], null] => [
    brand,
    box('ftyp', brand),
    null,
  ]),
  ['WAV', [...text('RIFF'), 1, 2, 3, 4, ...text('WAVE')], null],
  ['HTML', text('<!doctype html>'), null],
  ['nothing', [], null],
])('%s is known by its first bytes', (_name, bytes, kind) => {
  expect(kindBySignature(Uint8Array.from([...bytes, 0, 1, 2, 3]))).toBe(kind);
});

it.each([
  ['an image', [0x00, 0xff, 0xd8, 0xff]],
  ['a WebP', [0, ...webp]],
  ['a WebM', [0x00, 0x1a, 0x45, 0xdf, 0xa3]],
  ['an MP4', [0, ...box('ftyp')]],
])('%s that begins later is none', (_name, bytes) => {
  expect(kindBySignature(Uint8Array.from(bytes))).toBeNull();
});
