import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Provider } from '#engine/system.ts';
import type { Answer } from '#video/answer.ts';
import type { Request } from '#video/video.ts';

/** A provider in front of a server that can be told, by the prompt, to misbehave. */
export type Subject = {
  provider: Provider;
  /** The same provider in another process. */
  again: Provider;
  /** The same provider while nobody listens at its address. */
  down: Provider;
  /** What must never be in an answer. */
  secret: string;
  request: (prompt: string) => Request;
  prompts: { fails: string; refused: string; runs: string; losesAnswer: string };
  /** How many jobs the server has made. */
  created: () => number;
  close: () => Promise<void>;
};

const signal = () => AbortSignal.timeout(15_000);
let keys = 0;
const newKey = () => `attempt_${(keys++).toString(16).padStart(32, '0')}`;

/** What every provider promises, whatever its server is like. */
export function describeProvider(name: string, make: () => Promise<Subject>): void {
  describe(`${name} as a provider`, () => {
    let subject: Subject;
    beforeAll(async () => {
      subject = await make();
    });
    afterAll(() => subject.close());

    async function accept(prompt: string) {
      const submission = await subject.provider.start(subject.request(prompt), newKey(), signal());
      if (submission.kind !== 'accepted') throw new Error(`not accepted: ${JSON.stringify(submission)}`);
      return submission;
    }

    /** Looks until the answer is a verdict; all answers, in order. */
    async function watch(provider: Provider, operation: Parameters<Provider['check']>[0]): Promise<Answer[]> {
      const answers: Answer[] = [];
      for (const endMs = Date.now() + 15_000; Date.now() < endMs; ) {
        const answer = await provider.check(operation, signal());
        answers.push(answer);
        if (answer.kind !== 'running') return answers;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      throw new Error('no verdict');
    }

    test('a request becomes a job, which another process can watch to its end and open', async () => {
      const { operation, upstreamId } = await accept('a red fox in snow');
      expect(upstreamId).not.toBe('');
      const answers = await watch(subject.again, structuredClone(operation));
      expect(answers.at(-1)).toMatchObject({ kind: 'completed' });
      for (const answer of answers) {
        if (answer.kind !== 'running' || answer.progress === null) continue;
        expect(answer.progress).toBeGreaterThanOrEqual(0);
        expect(answer.progress).toBeLessThanOrEqual(100);
      }
      const download = await subject.again.open(operation, 'clip', signal());
      const chunks: Uint8Array[] = [];
      for await (const chunk of download.stream) chunks.push(chunk);
      const clip = Buffer.concat(chunks);
      expect(clip.subarray(4, 8).toString()).toBe('ftyp');
      if (download.bytes !== null) expect(clip.byteLength).toBe(download.bytes);
    });

    test('a result that is not there yet is told apart from one that is gone', async () => {
      const { operation } = await accept(subject.prompts.runs);
      await expect(subject.provider.open(operation, 'clip', signal())).rejects.toMatchObject({ reason: 'not_ready' });
    });

    test('the verdict on a job that failed is its reason', async () => {
      const { operation } = await accept(subject.prompts.fails);
      expect((await watch(subject.provider, operation)).at(-1)).toMatchObject({ kind: 'failed', code: 'moderation' });
    });

    test('a refused request is rejected with its reason, and makes no job', async () => {
      const before = subject.created();
      const submission = await subject.provider.start(subject.request(subject.prompts.refused), newKey(), signal());
      expect(submission).toMatchObject({ kind: 'rejected', code: 'moderation' });
      expect(subject.created()).toBe(before);
    });

    test('a job that the server does not know is missing, not failed', async () => {
      const { operation } = await accept(subject.prompts.runs);
      const unknown = { ...operation, id: `${String(operation.id).slice(0, -8)}00000000` };
      expect((await subject.provider.check(unknown, signal())).kind).toBe('missing');
    });

    test('a lost answer is unclear, and the one job is found again', async () => {
      const before = subject.created();
      const since = new Date(Date.now() - 60_000);
      const request = subject.request(subject.prompts.losesAnswer);
      const key = newKey();
      expect((await subject.provider.start(request, key, signal())).kind).toBe('unclear');
      expect(subject.created()).toBe(before + 1);
      if (subject.provider.capabilities.deduplicates) {
        expect((await subject.provider.start(request, key, signal())).kind).toBe('accepted');
        expect(subject.created()).toBe(before + 1);
      }
      const listing = await subject.provider.list?.(since, signal());
      if (listing?.kind !== 'complete') return expect(subject.provider.list).toBeUndefined();
      const newest = listing.jobs.toSorted((a, b) => b.createdAt.getTime() - a.createdAt.getTime());
      const told = newest.filter((job) => job.prompt === null || job.prompt === request.prompt);
      expect(told.length).toBeGreaterThan(0);
      const states = await Promise.all(told.map((job) => subject.provider.check(job.operation, signal())));
      expect(states.map((state) => state.kind)).not.toContain('missing');
      expect(listing.jobs).toHaveLength(subject.created());
    });

    test('a listing leaves out what is older than asked', async () => {
      await accept(subject.prompts.runs);
      const listing = await subject.provider.list?.(new Date(Date.now() + 60_000), signal());
      if (listing) expect(listing).toEqual({ kind: 'complete', jobs: [] });
    });

    test('a cancel is done or refused, and a done one ends the job', async () => {
      const { operation } = await accept(subject.prompts.runs);
      const canceled = await subject.provider.cancel?.(operation, signal());
      if (canceled === undefined) return;
      expect(['canceled', 'refused']).toContain(canceled);
      const { kind } = await subject.provider.check(operation, signal());
      expect(canceled === 'canceled' ? ['canceled', 'missing'] : ['running']).toContain(kind);
    });

    test('answers carry no URL and no key', async () => {
      const submission = await accept('http://127.0.0.1/a?token=1 is no address');
      const answers = await watch(subject.provider, submission.operation);
      const raw = JSON.stringify([submission.raw, answers]);
      expect(raw).not.toContain('://');
      expect(raw).not.toContain(subject.secret);
    });

    test('where nobody listens nothing was sent, and nothing is a verdict', async () => {
      const { operation } = await accept(subject.prompts.runs);
      expect(await subject.down.probe(signal())).toBe(false);
      expect((await subject.down.start(subject.request('a'), newKey(), signal())).kind).toBe('unsent');
      expect(await subject.down.check(operation, signal())).toMatchObject({ kind: 'no_answer', why: 'transient' });
      expect(await subject.down.list?.(new Date(), signal())).toMatchObject({ kind: 'no_answer' });
      await expect(subject.down.open(operation, 'clip', signal())).rejects.toMatchObject({ reason: 'transient' });
    });

    test('a free request proves that the server answers', async () => {
      expect(await subject.provider.probe(signal())).toBe(true);
    });
  });
}
