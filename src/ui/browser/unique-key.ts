/** 32 random hex digits. Not `crypto.randomUUID`, which plain http on a LAN address does not have. */
export const uniqueKey = (): string =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
