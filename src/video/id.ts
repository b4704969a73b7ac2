/**
 * A time-ordered id: prefix + 32 hex digits, of which the first 12 are the milliseconds (UUIDv7's layout).
 * `random` needs 10 bytes.
 */
export function makeId(prefix: string, at: Date, random: Uint8Array): string {
  const bytes = Buffer.alloc(16);
  bytes.writeUIntBE(at.getTime(), 0, 6);
  bytes.set(random.subarray(0, 10), 6);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return `${prefix}_${bytes.toString('hex')}`;
}
