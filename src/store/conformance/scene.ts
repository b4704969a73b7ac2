import type { Lane, NewVideo, Store } from '#engine/system.ts';
import type { TestStore } from '#store/testing.ts';
import { type Move, type MoveDetails, move } from '#video/lifecycle.ts';
import type { Asset, Claimed, Request, State } from '#video/video.ts';

export const leaseMs = 30_000;
export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;

export type Scene = Awaited<ReturnType<typeof setScene>>;

const request: Request = {
  model: null,
  prompt: 'a fox',
  seconds: 4,
  size: '320x180',
  seed: null,
  settings: {},
  inputs: [],
};
const hex = (n: number) => n.toString(16).padStart(32, '0');

/** The nth wish of a test; ids are ordered by n. */
export function wish(n: number, overrides: Partial<NewVideo> = {}): NewVideo {
  return {
    id: `video_${hex(n)}`,
    ownerId: 'ada',
    shotId: `shot_${hex(n)}`,
    takeNo: 1,
    project: null,
    prompt: 'a fox',
    model: null,
    resolvedModel: 'sim/test',
    provider: 'sim',
    seconds: 4,
    size: '320x180',
    seed: null,
    inputs: [],
    settings: {},
    warnings: [],
    priority: 0,
    remixedFrom: null,
    attempt: { id: `attempt_${hex(n)}`, request, requestHash: 'hash', estimateMicroUsd: null },
    actor: { type: 'user', id: 'ada' },
    data: {},
    ...overrides,
  };
}

export const clip = (id: string, claimed: Claimed): Asset => ({
  id,
  videoId: claimed.video.id,
  attemptId: claimed.attempt.id,
  kind: 'clip',
  key: `${claimed.video.id}/${claimed.attempt.id}/clip`,
  contentType: 'video/mp4',
  bytes: 5_000_000_000,
  sha256: 'ab',
  width: 320,
  height: 180,
  durationMs: 4_000,
});

/** What is due in one lane. */
export const claimIn = async (store: Store, provider: string, lane: Lane, limit: number, forMs = leaseMs) =>
  (await store.claim([{ provider, lane, limit }], forMs)).claimed;

/** An empty store on a clock that stands still until a test lets time pass. */
export async function setScene(open: TestStore['open'], options: { dailyCapMicroUsd?: number } = {}) {
  let time = Date.UTC(2026, 0, 1);
  let asked = 0;
  const clock = {
    now: () => new Date(time),
    in: (ms: number) => new Date(time + ms),
    pass: (ms: number) => {
      time += ms;
    },
  };
  const store: Store = await open({ now: clock.now, ...options });

  /** Asks for one video. */
  async function ask(overrides: Partial<NewVideo> = {}): Promise<string> {
    asked += 1;
    const video = wish(asked, overrides);
    await store.create([video], 1_000_000);
    return video.id;
  }

  const admitAll = () => store.admit([{ provider: 'sim', slots: null }], 1_000_000);

  async function claimed(id: string): Promise<Claimed> {
    const claim = await store.claimOne(id, null, leaseMs);
    if (claim === null || claim === 'busy') throw new Error(`${id} could not be claimed: ${claim}`);
    return claim;
  }

  /** Claims one video for a look at it, which is due. */
  async function looked(id: string): Promise<Claimed> {
    await store.hint({ ids: [id] });
    const claim = await store.claimDue(id, leaseMs);
    if (!claim) throw new Error(`no look at ${id} is due`);
    return claim;
  }

  const save = async (claim: Claimed, to: State, details: MoveDetails) =>
    (await store.saveMoves([move(claim, to, details)]))[0];

  /** A video that the provider renders, unclaimed, looked at next after `nextMs`. */
  async function running(overrides: Partial<NewVideo> = {}, nextMs = minuteMs): Promise<string> {
    const id = await ask(overrides);
    const claim = await claimed(id);
    await save(claim, 'submitting', { next: clock.now(), keepsClaim: true, attempt: { sentAt: clock.now() } });
    await store.saveOperation(claim.attempt.id, { id: `job-${id}` }, `job-${id}`);
    const sent = { ...claim, video: { ...claim.video, state: 'submitting' as const } };
    await save(sent, 'running', { next: clock.in(nextMs), video: { acceptedAt: clock.now() } });
    return id;
  }

  async function video(id: string) {
    const details = await store.get(id, null);
    if (!details) throw new Error(`${id} is not there`);
    return details.video;
  }

  return { store, clock, ask, admitAll, claimed, looked, save, running, video };
}

/** A move that no database can write: its file has the id of another. */
export const unwritable = (claim: Claimed, taken: Asset, next: Date): Move =>
  move(claim, claim.video.state, { next, assets: [{ ...clip(taken.id, claim) }] });
