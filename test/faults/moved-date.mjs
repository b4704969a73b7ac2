// Loaded before a program (`--import=…/moved-date.mjs?hours=3`): its clock is off, as on a machine whose time is wrong.
const offsetMs = Number(new URL(import.meta.url).searchParams.get('hours')) * 3_600_000;
const { now } = Date;

globalThis.Date = class extends Date {
  /** @param {any[]} given */
  constructor(...given) {
    if (given.length === 0) super(now() + offsetMs);
    // @ts-expect-error The constructor takes what it is given.
    else super(...given);
  }
  static now() {
    return now() + offsetMs;
  }
};
