import { z } from 'zod';
import type { Provider } from '#engine/system.ts';
import { post } from '#net/outcome.ts';
import { createSafeFetch } from '#net/safe-fetch.ts';
import { classify } from '#providers/answers/classify.ts';
import { judge } from '#providers/answers/judge.ts';
import { createRedact } from '#providers/answers/redact.ts';
import { isApiShaped, isReply, noAnswer, notReached, replyOf } from '#providers/answers/reply.ts';
import { openFile } from '#providers/file.ts';
import type { Kind, Setup } from '#providers/kind.ts';
import { unknownOffer } from '#video/choice.ts';
import { DownloadError } from '#video/errors/download-error.ts';
import type { JsonObject } from '#video/video.ts';

const jobSchema = z.looseObject({
  id: z.string().regex(/^\w+$/),
  state: z.enum(['waiting', 'rendering', 'done', 'failed']),
  percent: z.number().min(0).max(100).nullish(),
  reason: z.string().nullish(),
  file: z.string().nullish(),
});
const jobIn = (json: unknown) => jobSchema.safeParse(json).data ?? null;

export const acme: Kind = {
  kind: 'acme',
  label: 'Acme',
  variables: ['ACME_API_KEY'],
  keysPage: 'https://acme.example/keys',
  needsBaseUrl: false,
  models: (instanceId) => [
    {
      ...unknownOffer,
      id: `${instanceId}/moving-pictures`,
      provider: instanceId,
      upstreamModel: 'moving-pictures',
      label: 'Moving Pictures',
      free: false,
      sizes: ['1280x720', '720x1280'],
      seconds: [5, 10],
      firstFrame: 'no',
      price: { perSecondUsd: 0.1, source: 'https://acme.example/pricing', asOf: '2026-11-21' },
      typical: { p5: 30_000, p50: 60_000, p90: 180_000 },
    },
  ],
  create: createAcme,
};

function createAcme({ id, credentialId, apiKey, baseUrl, limits, allowHosts, timeoutMs }: Setup): Provider {
  const root = baseUrl ?? 'https://api.acme.example/v1';
  const fetch = createSafeFetch({ allowHosts: [new URL(root).origin, ...allowHosts] });
  const headers = { authorization: `Bearer ${apiKey}` };
  const redact = createRedact([apiKey]);
  const within = (signal: AbortSignal) => AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  const urlOf = (operation: JsonObject) => `${root}/jobs/${encodeURIComponent(String(operation.id))}`;

  /** A whole answer, or why there is none. */
  const ask = async (url: string, signal: AbortSignal) =>
    fetch(url, { headers, signal: within(signal) })
      .then(replyOf)
      .catch((error: unknown) => notReached(error, redact));

  return {
    id,
    credentialId,
    capabilities: {
      deduplicates: false,
      lists: false,
      cancels: false,
      callsBack: false,
      slots: null,
      requestsPerMinute: null,
      retentionMs: 24 * 3_600_000,
      ...limits,
    },
    async start({ model, prompt, seconds, size }, { key, signal }) {
      const body = Buffer.from(JSON.stringify({ model, prompt, seconds, size }));
      const sent = { ...headers, 'content-type': 'application/json', 'idempotency-key': key };
      const outcome = await post({ url: `${root}/jobs`, headers: sent, body, signal: within(signal) });
      return judge(outcome, redact, (json) => {
        const job = jobIn(json);
        return job && { operation: { id: job.id }, upstreamId: job.id };
      });
    },
    async check(operation, signal) {
      const reply = await ask(urlOf(operation), signal);
      if (!isReply(reply)) return reply;
      const raw = redact.json(reply.json);
      const job = reply.status === 200 ? jobIn(reply.json) : null;
      if (job?.state === 'done') return { kind: 'completed', renderMs: null, raw };
      if (job?.state === 'failed') {
        const message = redact.text(job.reason ?? 'Acme gave no reason.');
        return { kind: 'failed', code: classify({ code: null, type: null, message }, null), message, raw };
      }
      if (job) return { kind: 'running', queued: job.state === 'waiting', progress: job.percent ?? null, raw };
      return reply.status === 404 && isApiShaped(reply) ? { kind: 'missing', raw } : noAnswer(reply, redact);
    },
    async open(operation, kind, signal) {
      if (kind !== 'clip') throw new DownloadError('refused', `Acme has no ${kind}`);
      const reply = await ask(urlOf(operation), signal);
      const file = isReply(reply) ? jobIn(reply.json)?.file : null;
      if (!file) throw new DownloadError(isReply(reply) ? 'not_ready' : 'transient', 'Acme names no file');
      return openFile({ fetch, redact }, file, {}, signal);
    },
    probe: async (signal) => isReply(await ask(`${root}/jobs`, signal)),
  };
}
