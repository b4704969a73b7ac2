import { makeId } from '#video/id.ts';
import type { Circumstances } from '#video/observation.ts';
import type { Quantiles } from '#video/progress.ts';
import type { Claimed, Video } from '#video/video.ts';
import type { Clock, Provider, System } from './system.ts';

/** A new id of ours: time-ordered, 80 random bits. */
export const newId = (
  system: Pick<System, 'clock' | 'random'>,
  prefix: 'video' | 'attempt' | 'asset' | 'shot' | 'char' | 'once',
): string => makeId(prefix, system.clock.now(), system.random(10));

/** Uniform in 0..1. */
export const chance = (system: Pick<System, 'random'>): number => {
  const [a = 0, b = 0] = system.random(2);
  return (a * 256 + b) / 65_536;
};

/** The database's time of the claim, carried on by our own clock: machines whose clocks differ, or are set, agree. */
export function stopwatch({ clock }: Pick<System, 'clock'>, claimed: Claimed): () => Date {
  const startedMs = clock.elapsedMs();
  return () => new Date(claimed.at.getTime() + clock.elapsedMs() - startedMs);
}

/** How many milliseconds have passed since the call, at most: one clock may be set, the other sleeps with the machine. */
export function timer(clock: Clock): () => number {
  const [startedMs, startedAt] = [clock.elapsedMs(), clock.now().getTime()];
  return () => Math.max(clock.elapsedMs() - startedMs, clock.now().getTime() - startedAt);
}

/** History moves slowly: a pass over a thousand videos of a kind asks for it once. */
const learnedForMs = 5_000;
const mostKinds = 1_000;
type Learned = { untilMs: number; quantiles: Promise<Quantiles | null> };
const learnedFrom = new WeakMap<object, Map<string, Learned>>();

async function learnedOf(
  { store, clock }: Pick<System, 'store' | 'clock'>,
  { resolvedModel, seconds, size }: Pick<Video, 'resolvedModel' | 'seconds' | 'size'>,
): Promise<Quantiles | null> {
  const kinds = learnedFrom.get(store) ?? new Map<string, Learned>();
  learnedFrom.set(store, kinds);
  const kind = `${resolvedModel} ${seconds} ${size}`;
  const nowMs = clock.now().getTime();
  const known = kinds.get(kind);
  if (known && nowMs < known.untilMs) return known.quantiles;
  if (kinds.size >= mostKinds) kinds.clear();
  const quantiles = store.quantiles(resolvedModel, seconds, size);
  kinds.set(kind, { untilMs: nowMs + learnedForMs, quantiles });
  quantiles.catch(() => kinds.delete(kind));
  return quantiles;
}

const fallback: Quantiles = { p5: 20_000, p50: 90_000, p90: 240_000 };

/** How long such clips take: learned, else the catalogue's word, else a guess. */
export async function typicalOf(
  system: Pick<System, 'store' | 'catalogue' | 'clock'>,
  video: Pick<Video, 'resolvedModel' | 'seconds' | 'size'>,
): Promise<Quantiles> {
  const learned = await learnedOf(system, video);
  return learned ?? system.catalogue.get(video.resolvedModel)?.typical ?? fallback;
}

export const deadlineMsOf = (system: Pick<System, 'catalogue' | 'settings'>, model: string): number =>
  system.catalogue.get(model)?.deadlineMs ?? system.settings.deadlineMs;

export async function circumstances(
  system: System,
  claimed: Claimed,
  now: Date,
): Promise<Circumstances & { deadlineMs: number; retentionMs: number }> {
  return {
    now,
    typical: await typicalOf(system, claimed.video),
    webhook: claimed.attempt.watch.webhook ?? false,
    fixedMs: typeof system.settings.schedule === 'number' ? system.settings.schedule : null,
    random: chance(system),
    missingCounts: true,
    nextAttemptId: newId(system, 'attempt'),
    deadlineMs: deadlineMsOf(system, claimed.video.resolvedModel),
    retentionMs: system.providers.get(claimed.video.provider)?.capabilities.retentionMs ?? 0,
  };
}

/** With the key that the attempt was sent with; what was not sent goes with the present one. */
export const providerOf = ({ providers }: Pick<System, 'providers'>, { attempt }: Claimed): Provider | undefined =>
  providers.get(attempt.provider, attempt.sentAt ? attempt.credentialId : null);
