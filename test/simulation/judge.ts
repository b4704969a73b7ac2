import type { VideoDetails } from '#engine/system.ts';
import { isTerminal } from '#video/video.ts';
import { Broken } from './checks.ts';
import type { Job, Upstream } from './upstream.ts';
import type { World } from './world.ts';

export type Tally = {
  videos: number;
  jobs: number;
  completed: number;
  /** Jobs that nobody wished for. */
  extraPaid: number;
  /** Finished at the provider, not stored here, and nobody was told a true reason. */
  paidAndLost: number;
  asked: number;
  crashes: number;
};

/** What became of a world: every job that a provider made, and every video that somebody asked for. */
export async function judge(world: World): Promise<Tally> {
  const { store, upstreams, broken } = world;
  // A list leaves out what was deleted; nobody was told of what is in neither.
  const listed = await store.list({ ownerId: null, limit: 1_000_000, order: 'asc' });
  const known = new Map(listed.map((details) => [details.video.id, details]));
  for (const id of world.ids) {
    const details = known.has(id) ? null : await store.get(id, null);
    if (details) known.set(id, details);
  }
  const all = [...known.values()];
  const byAttempt = new Map(all.flatMap((details) => details.attempts.map(({ id }) => [id, details] as const)));
  const byJob = new Map(all.flatMap((details) => details.attempts.map((one) => [one.upstreamId, details] as const)));
  const tally: Tally = {
    videos: all.length,
    jobs: 0,
    completed: all.filter(({ video }) => video.state === 'completed').length,
    extraPaid: 0,
    paidAndLost: 0,
    asked: 0,
    crashes: world.crashes,
  };
  const fails = (id: string, what: string) => broken.push(new Broken(id, what));

  for (const id of world.ids) if (!known.has(id)) fails(id, 'was acknowledged, and is gone');
  for (const { video, attempts } of all) {
    const rests = isTerminal(video.state) && video.checkAt === null;
    if (rests) continue;
    if (world.whole) fails(video.id, `never came to rest: ${video.state}`);
    // Short of the end, each has its next look, and one that nobody else can end has a person.
    else if (video.checkAt === null && video.state !== 'queued') fails(video.id, `is ${video.state}, and nobody looks`);
    else if (attempts.at(-1)?.operation == null && video.state === 'unknown') tally.asked++;
  }
  /** The attempt that a job without an owner is missed by: its own, or, where that one has an equal's job, that equal. */
  function wentWithout({ key }: Job, { jobs }: Upstream): string {
    const seen = new Set<string>();
    for (let missedBy = key; ; ) {
      seen.add(missedBy);
      const own = byAttempt.get(missedBy)?.attempts.find(({ id }) => id === missedBy);
      const taken = jobs.get(own?.upstreamId ?? '');
      if (!taken || seen.has(taken.key)) return missedBy;
      missedBy = taken.key;
    }
  }
  const stored = new Set(world.files.values());
  for (const upstream of upstreams) {
    for (const job of upstream.jobs.values()) {
      tally.jobs++;
      // Equal requests are interchangeable: a job may have been taken for another's.
      const details = byJob.get(job.id) ?? byAttempt.get(wentWithout(job, upstream));
      if (!details) {
        fails(job.id, 'belongs to no attempt');
        continue;
      }
      if (upstream.byKey(job.key) !== job) {
        tally.extraPaid++;
        fails(details.video.id, 'has two jobs of one attempt');
      }
      if (isLost(job, details, world, stored)) {
        tally.paidAndLost++;
        fails(
          details.video.id,
          `${job.id} was paid for and is lost: ${details.video.state} ${details.video.errorCode}`,
        );
      }
    }
  }
  for (const { video, attempts } of all) {
    const jobs = attempts.flatMap(({ upstreamId }) =>
      upstreams.flatMap((upstream) => upstream.jobs.get(upstreamId ?? '') ?? []),
    );
    const paid = jobs.filter((job) => job.costMicroUsd > 0 && job.canceledMs === null);
    if (paid.length > 1 && !world.again.has(video.id)) {
      tally.extraPaid += paid.length - 1;
      fails(video.id, `was paid for ${paid.length} times`);
    }
    await checkLedger(world, { video, attempts }, upstreams, fails);
  }
  return tally;
}

/** A file that the provider has made, that we have not, and of which we did not say truly why. */
function isLost(job: Job, { video, attempts }: VideoDetails, { again }: World, stored: Set<string>): boolean {
  if (!isTerminal(video.state) || video.checkAt !== null) return false;
  if (job.verdict !== 'completed' || job.canceledMs !== null) return false;
  const attempt = attempts.find(({ id, upstreamId }) => upstreamId === job.id || id === job.key);
  // Equal requests are interchangeable: which of them got which clip is nobody's loss.
  if (stored.has(job.id)) return false;
  // Somebody wished it away, or wished for another instead.
  if (video.state === 'canceled' || video.hiddenAt || attempt?.watch.discard || again.has(video.id)) return false;
  // The provider itself lost it.
  if (Number.isFinite(job.forgottenMs))
    return !['job_not_found', 'expired', 'provider_silent', 'submission_unknown', 'download_failed'].includes(
      video.errorCode ?? '',
    );
  return !(
    video.errorCode === 'submission_unknown' ||
    video.errorCode === 'provider_silent' ||
    video.errorCode === 'expired'
  );
}

/** What is written down for each attempt: nothing twice, and in the end what the provider billed, or what we said it may. */
async function checkLedger(
  { store }: World,
  { video, attempts }: Pick<VideoDetails, 'video' | 'attempts'>,
  upstreams: Upstream[],
  fails: (id: string, what: string) => void,
): Promise<void> {
  const entries = await store.ledgerOf(video.id);
  for (const attempt of attempts) {
    const mine = entries.filter(({ attemptId }) => attemptId === attempt.id);
    const kinds = mine.map(({ kind }) => kind);
    if (new Set(kinds).size < kinds.length) fails(video.id, `has ${kinds.join(', ')} in its ledger`);
    if (!kinds.includes('reserve')) fails(video.id, 'was asked for without a reserve');
    if (isTerminal(video.state) && !kinds.includes('settle') && !kinds.includes('release')) {
      fails(video.id, `is over, and its money is not: ${kinds.join(', ')}`);
    }
    const sum = mine.reduce((total, { amountMicroUsd }) => total + amountMicroUsd, 0);
    const job = upstreams.flatMap((upstream) => upstream.jobs.get(attempt.upstreamId ?? '') ?? [])[0];
    if (!job && sum > 0 && attempt.outcome === 'completed') fails(video.id, 'was billed for a job that is not there');
    if (job && job.costMicroUsd > 0 && job.canceledMs === null && sum === 0 && attempt.outcome === 'completed') {
      fails(video.id, 'was rendered, and costs nothing');
    }
  }
}
