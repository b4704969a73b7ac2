import type { HostedName, Job } from '../job.ts';
import type { Jobs } from '../jobs.ts';

/** What one service tells a webhook about a job that has ended. */
export type Message = { body: string; headers: Record<string, string> };
type MessageOf = (job: Job, atMs: number) => Message;

type CallbacksOptions = {
  jobs: Jobs;
  messageOf: Partial<Record<HostedName, MessageOf>>;
  /** Called instead of each webhook's own origin, as a tunnel would lead there; null = called as it is. */
  tunnel: string | null;
  now: () => number;
  closing: AbortSignal;
};

const lookEveryMs = 100;
const answerWithinMs = 10_000;
/** As fal does: then the caller has to look for itself. */
const maxCalls = 10;

/** Calls the webhooks of jobs that have ended, again and later where nobody answers. */
export function startCallbacks({ jobs, messageOf, tunnel, now, closing }: CallbacksOptions): void {
  const calling = new Set<string>();

  const through = (url: string) => {
    const { pathname, search } = new URL(url);
    return tunnel === null ? url : `${tunnel}${pathname}${search}`;
  };

  async function call(job: Job, url: string, messageFor: MessageOf): Promise<void> {
    const before = job.hosted?.webhook?.calls ?? 0;
    const wanted = job.faults.webhook === 'twice' ? 2 : 1;
    const delivered = await deliver(through(url), messageFor(job, now()), closing);
    const calls = before + 1;
    const again = delivered ? calls < wanted : calls < maxCalls;
    const waitMs = delivered ? 0 : 1_000 * 2 ** before;
    if (!closing.aborted) await jobs.called(job, { calls, nextAtMs: again ? now() + waitMs : null });
  }

  const timer = setInterval(() => {
    for (const job of jobs.toCall()) {
      const { api, webhook } = job.hosted ?? {};
      const messageFor = api && messageOf[api];
      if (!webhook || !messageFor || webhook.nextAtMs === null || webhook.nextAtMs > now()) continue;
      if (calling.has(job.id) || !['completed', 'failed', 'canceled'].includes(jobs.view(job).status)) continue;
      calling.add(job.id);
      void call(job, webhook.url, messageFor).finally(() => calling.delete(job.id));
    }
  }, lookEveryMs).unref();
  closing.addEventListener('abort', () => clearInterval(timer), { once: true });
}

/** True where the receiver took it. */
async function deliver(url: string, { body, headers }: Message, closing: AbortSignal): Promise<boolean> {
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
      redirect: 'manual',
      signal: AbortSignal.any([closing, AbortSignal.timeout(answerWithinMs)]),
    });
    await answer.body?.cancel();
    return answer.ok;
  } catch {
    // Nobody listens, or too slowly: tried again.
    return false;
  }
}
