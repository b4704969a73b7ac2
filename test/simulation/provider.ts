import type { Called, Capabilities, Delivery, Provider } from '#engine/system.ts';
import type { Answer, NoAnswer, Submission } from '#video/answer.ts';
import { DownloadError } from '#video/errors/download-error.ts';
import type { JsonObject } from '#video/video.ts';
import type { Random } from './random.ts';
import type { Time } from './time.ts';
import { type Job, retentionMs, type Upstream } from './upstream.ts';
import type { Weather } from './weather.ts';

/** How long our client waits for one answer. */
export const patienceMs = 15_000;

const noAnswer = (why: NoAnswer['why'], message: string, retryAfterMs: number | null = null): NoAnswer => ({
  kind: 'no_answer',
  why,
  message,
  retryAfterMs,
});

export const capabilitiesOf = ({ traits }: Pick<Upstream, 'traits'>): Capabilities => ({
  deduplicates: traits.deduplicates,
  lists: traits.lists !== null,
  cancels: traits.cancels,
  callsBack: traits.callsBack,
  slots: traits.slots,
  requestsPerMinute: null,
  retentionMs,
});

/** The provider port in front of an upstream, with everything that may go wrong on the wire between them. */
export function createProvider(upstream: Upstream, weather: Weather, time: Time, random: Random): Provider {
  const { traits } = upstream;
  const wire = () => random.between(5, 200);
  const jobOf = (operation: JsonObject) => upstream.find(String(operation.id));

  /** Null = the wire holds. */
  async function disturbed(signal: AbortSignal): Promise<NoAnswer | null> {
    await time.sleep(wire(), signal);
    if (upstream.isAway()) return noAnswer('transient', 'connect ECONNREFUSED');
    const { look } = weather;
    if (random.chance(look.fails)) return noAnswer('transient', 'HTTP 503');
    if (random.chance(look.limited)) return noAnswer('rate_limited', 'HTTP 429', random.between(1_000, 120_000));
    if (random.chance(look.garbled)) return noAnswer('protocol', 'no JSON');
    if (random.chance(look.hangs)) {
      await time.sleep(patienceMs, signal);
      return noAnswer('transient', 'no answer in time');
    }
    return null;
  }

  return {
    id: traits.id,
    credentialId: null,
    capabilities: capabilitiesOf(upstream),

    async start(request, { key, signal, webhookUrl, mayStillSend }): Promise<Submission> {
      const { create } = weather;
      let left = random.next();
      const falls = (probability: number) => {
        left -= probability;
        return left < 0;
      };
      if (upstream.isAway() || falls(create.unsent)) {
        await time.sleep(wire(), signal);
        return { kind: 'unsent', message: 'connect ECONNREFUSED' };
      }
      if (mayStillSend?.() === false) return { kind: 'unsent', message: 'it is too late to send it' };
      // From here on bytes are on their way, and nothing on our side can call them back.
      await time.sleep(wire());
      if (falls(create.lostBefore)) return { kind: 'unclear', message: 'reset before it was read' };
      if (falls(create.limited)) {
        upstream.create(key, request, null, false);
        return { kind: 'limited', message: 'HTTP 429', retryAfterMs: random.between(1_000, 180_000) };
      }
      // Whoever knows the key answers as it did the first time.
      const known = traits.deduplicates && upstream.byKey(key) !== undefined;
      for (const code of ['moderation', 'capacity'] as const) {
        if (!falls(create[code]) || known) continue;
        upstream.create(key, request, null, false);
        return { kind: 'rejected', code, message: code, raw: null };
      }
      if (falls(create.errorWithout)) {
        upstream.create(key, request, null, false);
        return { kind: 'unclear', message: 'HTTP 502' };
      }
      const job = upstream.create(key, request, webhookUrl, true);
      if (!job) throw new Error('an accepted create makes a job');
      if (falls(create.lostAfter)) return { kind: 'unclear', message: 'reset before the answer' };
      if (falls(create.errorWith)) return { kind: 'unclear', message: 'HTTP 500' };
      const hangs = falls(create.hangs);
      await time.sleep(hangs ? patienceMs : wire(), signal);
      if (hangs || signal.aborted) return { kind: 'unclear', message: 'no answer in time' };
      // Only what has an owner here: that one id is given to two nobody could tell otherwise.
      const others = [...upstream.owned];
      const told = falls(create.wrongId) && others.length > 0 ? random.pick(others) : job.id;
      return { kind: 'accepted', operation: { id: told }, upstreamId: told, raw: null };
    },

    async check(operation, signal): Promise<Answer> {
      const trouble = await disturbed(signal);
      if (trouble) return trouble;
      const job = jobOf(operation);
      if (!job || upstream.isRestarting() || random.chance(weather.look.missing)) return { kind: 'missing', raw: null };
      return answerOf(job);
    },

    ...(traits.cancels && {
      async cancel(operation: JsonObject, signal: AbortSignal) {
        const trouble = await disturbed(signal);
        if (trouble) return trouble;
        const job = jobOf(operation);
        if (!job || time.nowMs() >= job.endsMs || random.chance(0.1)) return 'refused' as const;
        job.canceledMs ??= time.nowMs();
        return 'canceled' as const;
      },
    }),

    ...(traits.lists && {
      async list(since: Date, signal: AbortSignal) {
        const trouble = await disturbed(signal);
        if (trouble || random.chance(weather.list.fails)) return trouble ?? noAnswer('transient', 'half a listing');
        // Its memory is gone for a while: an empty listing would be a lie that nobody could see through.
        if (upstream.isRestarting()) return noAnswer('transient', 'HTTP 503');
        return { kind: 'complete' as const, jobs: upstream.list(since.getTime()) };
      },
    }),

    ...(traits.callsBack && {
      async verifyWebhook({ body }: Delivery): Promise<Called | null> {
        const { event, job } = JSON.parse(new TextDecoder().decode(body)) as { event: string; job: string };
        return { eventId: event, job: { upstreamId: job, operation: { id: job } } };
      },
    }),

    async probe(signal) {
      return (await disturbed(signal)) === null;
    },

    async open(operation, kind, signal) {
      const trouble = await disturbed(signal);
      if (trouble) throw new DownloadError('transient', trouble.message);
      if (kind !== 'clip') throw new DownloadError('not_ready', 'no such variant');
      const job = jobOf(operation);
      if (!job || upstream.isRestarting()) throw new DownloadError('transient', 'HTTP 404');
      if (time.nowMs() < job.endsMs) throw new DownloadError('not_ready', 'not there yet');
      if (time.nowMs() > job.endsMs + retentionMs) throw new DownloadError('gone', 'HTTP 410');
      if (random.chance(weather.download.fails)) throw new DownloadError('transient', 'HTTP 503');
      const cut = random.chance(weather.download.cut);
      const bytes = new TextEncoder().encode(job.id);
      return {
        contentType: 'video/mp4',
        bytes: bytes.length,
        stream: (async function* () {
          await time.sleep(random.between(10, 3_000), signal);
          if (cut) throw new DownloadError('transient', 'cut off');
          yield bytes;
        })(),
      };
    },
  };

  function answerOf(job: Job): Answer {
    const nowMs = time.nowMs();
    if (job.canceledMs !== null) return { kind: 'canceled', raw: null };
    if (nowMs < job.startsMs) return { kind: 'running', queued: true, progress: null, raw: null };
    if (nowMs < job.endsMs - job.liesMs) {
      const percent = (100 * (nowMs - job.startsMs)) / (job.endsMs - job.startsMs);
      // Some go back now and then.
      const told = random.chance(weather.job.lies) ? percent / 2 : percent;
      return { kind: 'running', queued: false, progress: traits.tellsProgress ? told : null, raw: null };
    }
    if (job.verdict !== 'completed') return { kind: 'failed', code: job.verdict, message: job.verdict, raw: null };
    const cost = traits.tellsCost ? { costMicroUsd: job.costMicroUsd } : {};
    return { kind: 'completed', renderMs: null, raw: null, ...cost };
  }
}
