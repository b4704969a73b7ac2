import type { Random } from './random.ts';

/** How a world treats us; every number is a probability, of one request or of one job, unless its name has a unit. */
export type Weather = {
  name: string;
  /** Of a create. What is left is accepted. */
  create: {
    /** Nothing is written: refused connection, DNS. */
    unsent: number;
    limited: number;
    moderation: number;
    capacity: number;
    /** The request is lost before a job exists. */
    lostBefore: number;
    /** The job exists, and the answer is lost. */
    lostAfter: number;
    /** 5xx, without and with a job. */
    errorWithout: number;
    errorWith: number;
    /** The answer carries another job's id. */
    wrongId: number;
    /** The answer takes longer than anybody waits; the job exists. */
    hangs: number;
  };
  look: { fails: number; limited: number; garbled: number; missing: number; hangs: number };
  list: { fails: number; lagMs: number };
  download: { fails: number; cut: number };
  job: { moderation: number; error: number; capacity: number; slow: number; forgotten: number; lies: number };
  call: { never: number; twice: number; late: number; early: number };
  /** Per call of any port: the process dies there. */
  crash: number;
  /** Per call of any port: the process stands still for up to five minutes, and goes on as if nothing had been. */
  freeze: number;
  /** Per hour: the provider is away, or restarts and knows no job for a while. */
  outage: number;
  restart: number;
  /** Per hour: a worker's clock jumps by up to three hours. */
  clockJump: number;
  /** Per video: somebody does something to it. */
  user: number;
};

const usual: Weather = {
  name: 'usual',
  create: {
    unsent: 0.03,
    limited: 0.02,
    moderation: 0.015,
    capacity: 0.01,
    lostBefore: 0.02,
    lostAfter: 0.03,
    errorWithout: 0.02,
    errorWith: 0.005,
    wrongId: 0.001,
    hangs: 0.005,
  },
  look: { fails: 0.03, limited: 0.01, garbled: 0.005, missing: 0.003, hangs: 0.003 },
  list: { fails: 0.05, lagMs: 5_000 },
  download: { fails: 0.05, cut: 0.02 },
  job: { moderation: 0.01, error: 0.01, capacity: 0.005, slow: 0.02, forgotten: 0.005, lies: 0.01 },
  call: { never: 0.1, twice: 0.1, late: 0.1, early: 0.1 },
  crash: 0.0005,
  outage: 0.05,
  restart: 0.05,
  clockJump: 0.1,
  freeze: 0.0002,
  user: 0.1,
};

const calm: Weather = {
  ...usual,
  name: 'calm',
  create: { ...usual.create, lostBefore: 0.001, lostAfter: 0.001, errorWithout: 0, errorWith: 0, unsent: 0.002 },
  crash: 0,
  outage: 0,
  restart: 0,
  clockJump: 0,
  freeze: 0,
};

const storm: Weather = {
  ...usual,
  name: 'storm',
  create: {
    ...usual.create,
    lostBefore: 0.08,
    lostAfter: 0.12,
    errorWithout: 0.05,
    errorWith: 0.03,
    hangs: 0.03,
    wrongId: 0.005,
  },
  look: { fails: 0.2, limited: 0.05, garbled: 0.05, missing: 0.03, hangs: 0.02 },
  list: { fails: 0.3, lagMs: 30_000 },
  download: { fails: 0.3, cut: 0.1 },
  job: { ...usual.job, slow: 0.1, forgotten: 0.02, lies: 0.05 },
  call: { never: 0.3, twice: 0.3, late: 0.2, early: 0.2 },
  crash: 0.004,
  outage: 0.5,
  restart: 0.5,
  clockJump: 1,
  freeze: 0.002,
  user: 0.4,
};

/** Most worlds are as the measured ones; some are hell. */
export const weatherOf = (random: Random): Weather => random.pick([calm, usual, usual, usual, usual, storm]);
export const weathers = { calm, usual, storm };
