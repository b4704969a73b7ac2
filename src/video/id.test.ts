import fc from 'fast-check';
import { expect, it } from 'vitest';
import { makeId } from './id.ts';

const moment = fc.date({ min: new Date(0), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true });
const random = fc.uint8Array({ minLength: 10, maxLength: 16 });

it('an id is a UUIDv7 behind its prefix: the time first, all else random', () => {
  fc.assert(
    fc.property(moment, random, (at, bytes) => {
      const [prefix, hex = ''] = makeId('video', at, bytes).split('_');
      expect(prefix).toBe('video');
      expect(hex).toMatch(/^[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}$/);
      expect(Number.parseInt(hex.slice(0, 12), 16)).toBe(at.getTime());
      const kept = Buffer.from(bytes.subarray(0, 10));
      kept[0] = ((kept[0] ?? 0) % 16) + 0x70;
      kept[2] = ((kept[2] ?? 0) % 64) + 0x80;
      expect(hex.slice(12)).toBe(kept.toString('hex'));
    }),
  );
});
