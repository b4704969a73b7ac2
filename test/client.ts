import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Usage } from '../src/api/usage/wire.ts';
import type { VideoView } from '../src/api/wire.ts';

/** A user who does not give up: a create that is not answered is sent again under its key. */
export type Client = {
  /** The acknowledged video. */
  ask(prompt: string, more?: object): Promise<string>;
  /** Creates that were not answered, or with 5xx. */
  unanswered(): number;
  see(id: string): Promise<VideoView | null>;
  /** What was written down of it, oldest first. */
  events(id: string): Promise<string[]>;
  /** Waits until all are over, or time is up; null = it is not there. `say` hears how many are. */
  over(ids: string[], withinMs: number, say?: (done: number) => void): Promise<(VideoView | null)[]>;
  /** The file that is served has the checksum of its receipt. */
  isIntact(video: VideoView | null): Promise<boolean>;
  /** What our ledger has for today and yesterday, in dollars. */
  bookedUsd(): Promise<number>;
  get(path: string, init?: RequestInit): Promise<Response>;
};

const patienceMs = 10_000;
/** A machine that does many other things takes minutes to start a server. */
const givesUpAfterMs = 400_000;
export const ends = ['completed', 'failed', 'canceled', 'needs_decision'];

export function clientOf(url: string, apiKey: string): Client {
  const headers = { authorization: `Bearer ${apiKey}` };
  let unanswered = 0;

  /** Asks until there is an answer that is not 5xx: reads and keyed creates may be repeated. */
  async function insist(path: string, init: RequestInit = {}, onTry = () => {}): Promise<Response> {
    const deadline = Date.now() + givesUpAfterMs;
    for (;;) {
      try {
        const answer = await fetch(`${url}${path}`, {
          ...init,
          headers: { ...headers, ...init.headers },
          signal: AbortSignal.timeout(patienceMs),
        });
        if (answer.status < 500) return answer;
        await answer.body?.cancel();
      } catch (error) {
        if (Date.now() > deadline) throw error;
      }
      onTry();
      if (Date.now() > deadline) throw new Error(`${path}: no answer in ${givesUpAfterMs} ms`);
      await sleep(200);
    }
  }

  async function see(id: string): Promise<VideoView | null> {
    const answer = await insist(`/api/videos/${id}`);
    if (answer.status === 404) return null;
    return (await answer.json()) as VideoView;
  }

  return {
    async ask(prompt, more = {}) {
      const answer = await insist(
        '/api/videos',
        {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'idempotency-key': randomUUID() },
          body: JSON.stringify({ prompt, size: '320x180', seconds: 4, ...more }),
        },
        () => {
          unanswered++;
        },
      );
      const body = (await answer.json()) as { videos?: { id: string }[] };
      const id = body.videos?.[0]?.id;
      if (!id) throw new Error(`HTTP ${answer.status}: ${JSON.stringify(body)}`);
      return id;
    },
    unanswered: () => unanswered,
    see,
    async events(id) {
      const answer = await insist(`/api/videos/${id}/events`);
      const { events } = (await answer.json()) as { events: { type: string }[] };
      return events.map(({ type }) => type);
    },
    async over(ids, withinMs, say = () => {}) {
      const deadline = Date.now() + withinMs;
      let told = -1;
      const seen = new Map<string, VideoView | null>();
      for (;;) {
        for (const id of ids) {
          if (!ends.includes(seen.get(id)?.state ?? '')) seen.set(id, await see(id));
        }
        const views = ids.map((id) => seen.get(id) ?? null);
        const done = views.filter((view) => view && ends.includes(view.state)).length;
        if (done !== told) say(done);
        told = done;
        if (done === ids.length || Date.now() > deadline) return views;
        await sleep(300);
      }
    },
    async isIntact(video) {
      if (video?.state !== 'completed') return false;
      const answer = await fetch(`${url}/api/videos/${video.id}/content`, { headers });
      const hash = createHash('sha256');
      for await (const chunk of answer.body ?? []) hash.update(chunk);
      return answer.ok && hash.digest('hex') === video.receipt.sha256;
    },
    async bookedUsd() {
      const { total } = (await (await insist('/api/usage?days=2')).json()) as Usage;
      return total.actual_usd + total.reserved_usd;
    },
    get: (path, init) => fetch(`${url}${path}`, { ...init, headers: { ...headers, ...init?.headers } }),
  };
}
