import { expect, vi } from 'vitest';
import type { Answer } from '#video/answer.ts';
import { accept, call, clipOf, openReceiver, rendered, type Subject, soon, unknownTo, verdictOn } from './subject.ts';

/** What is promised where a provider has it, and what it has to say where it has not. */
type Behaviour = {
  does: (subject: Subject) => Promise<void>;
  /** Left out: every provider has to have it. */
  doesNot?: (subject: Subject) => Promise<void>;
};

const running = (answer: Answer) => {
  if (answer.kind !== 'running') throw new Error(`not running: ${JSON.stringify(answer)}`);
  return answer;
};

/** Long enough that nothing happens to the job by itself. */
const slow = 'a red fox [render:600]';

async function queuedThenRunning({ provider, later }: Subject, operation: Parameters<typeof provider.check>[0]) {
  const first = running(await provider.check(operation, soon())).queued;
  later(150_000);
  return [first, running(await provider.check(operation, soon())).queued];
}

async function halfway(subject: Subject): Promise<number | null> {
  const { operation } = await accept(subject, 'a red fox [queue:0] [render:100]');
  subject.later(50_000);
  return running(await subject.provider.check(operation, soon())).progress;
}

export const behaviours = {
  'a job goes on in another process': {
    async does(subject) {
      const { operation, upstreamId } = await rendered(subject, 'a red fox in snow');
      expect(upstreamId).not.toBe('');
      const kept = structuredClone(operation);
      expect(await subject.again.check(kept, soon())).toMatchObject({ kind: 'completed' });
      expect((await clipOf(subject.again, kept)).subarray(4, 8).toString()).toBe('ftyp');
    },
  },
  'a job found by hand is known': {
    async does(subject) {
      const request = subject.request('a red fox in snow');
      const { upstreamId, operation } = await rendered(subject, request.prompt);
      const found = subject.again.operationOf?.(upstreamId, request) ?? { id: upstreamId };
      expect(found).toEqual(operation);
      expect(await subject.again.check(found, soon())).toMatchObject({ kind: 'completed' });
    },
  },
  'tells progress': {
    async does(subject) {
      const progress = await halfway(subject);
      expect(progress).toBeGreaterThan(1);
      expect(progress).toBeLessThan(99);
    },
    async doesNot(subject) {
      expect([null, 0]).toContain(await halfway(subject));
    },
  },
  'tells waiting from rendering': {
    async does(subject) {
      const { operation } = await accept(subject, 'a red fox [queue:100] [render:600]');
      expect(await queuedThenRunning(subject, operation)).toEqual([true, false]);
    },
    async doesNot(subject) {
      const { operation } = await accept(subject, 'a red fox [queue:100] [render:600]');
      const [first, later] = await queuedThenRunning(subject, operation);
      expect(later).toBe(first);
    },
  },
  'a failure is a verdict': {
    async does(subject) {
      expect(await verdictOn(subject, 'a red fox [fail:provider]')).toMatchObject({
        kind: 'failed',
        code: 'provider_error',
      });
      expect(await verdictOn(subject, 'a red fox [fail:aborted]')).toMatchObject({
        kind: 'failed',
        code: 'provider_error',
      });
    },
  },
  'moderation is told as moderation': {
    async does(subject) {
      expect(await verdictOn(subject, 'a red fox [fail:moderation]')).toMatchObject({
        kind: 'failed',
        code: 'moderation',
      });
      expect(await verdictOn(subject, 'a red fox [fail:filtered]')).toMatchObject({
        kind: 'failed',
        code: 'moderation',
      });
    },
  },
  'a refusal makes no job': {
    async does(subject) {
      const before = subject.jobs().length;
      const submission = await subject.provider.start(subject.request('a red fox [reject:moderation]'), call());
      expect(submission).toMatchObject({ kind: 'rejected', code: 'moderation' });
      expect(subject.jobs()).toHaveLength(before);
    },
  },
  'a lost answer is unclear': {
    async does(subject) {
      const before = subject.jobs().length;
      const lost = await subject.provider.start(subject.request('a red fox [lose-response] [render:600]'), call());
      expect(lost.kind).toBe('unclear');
      expect(subject.jobs()).toHaveLength(before + 1);
      const never = await subject.provider.start(subject.request('a red fox [lose-request]'), call());
      expect(never.kind).toBe('unclear');
      const broken = await subject.provider.start(subject.request('a red fox [create-http:503]'), call());
      expect(broken.kind).toBe('unclear');
      expect(subject.jobs()).toHaveLength(before + 1);
    },
  },
  'one key makes one job': {
    async does(subject) {
      expect(subject.provider.capabilities.deduplicates).toBe(true);
      const before = subject.jobs().length;
      const how = call();
      const { upstreamId } = await accept(subject, 'a red fox in rain', {}, how);
      expect((await accept(subject, 'a red fox in rain', {}, { ...how, signal: soon() })).upstreamId).toBe(upstreamId);
      expect(subject.jobs()).toHaveLength(before + 1);
    },
    async doesNot(subject) {
      expect(subject.provider.capabilities.deduplicates).toBe(false);
    },
  },
  'a list finds a lost job': {
    async does(subject) {
      const { provider, now } = subject;
      expect(provider.capabilities.lists).toBe(true);
      const since = new Date(now().getTime() - 1_000);
      const request = subject.request('a lost fox [lose-response]');
      expect((await provider.start(request, call())).kind).toBe('unclear');
      await subject.settled();
      const listing = await provider.list?.(since, soon());
      if (listing?.kind !== 'complete') throw new Error(`no list: ${JSON.stringify(listing)}`);
      const found = listing.jobs.filter((job) => job.prompt === null || job.prompt === request.prompt);
      expect(found.length).toBeGreaterThan(0);
      for (const { operation } of found) expect((await provider.check(operation, soon())).kind).not.toBe('missing');
      const none = await provider.list?.(new Date(now().getTime() + 60_000), soon());
      expect(none).toEqual({ kind: 'complete', jobs: [] });
    },
    async doesNot({ provider }) {
      expect(provider.capabilities.lists).toBe(false);
      expect(provider.list).toBeUndefined();
    },
  },
  cancels: {
    async does(subject) {
      const { provider } = subject;
      expect(provider.capabilities.cancels).toBe(true);
      const { operation } = await accept(subject, slow);
      expect(await provider.cancel?.(operation, soon())).toBe('canceled');
      expect(['canceled', 'missing']).toContain((await provider.check(operation, soon())).kind);
      const done = await rendered(subject, 'a red fox');
      // Too late: either it says so, or it takes the finished job away.
      expect(['canceled', 'refused']).toContain(await provider.cancel?.(done.operation, soon()));
    },
    async doesNot(subject) {
      const { provider } = subject;
      const { operation } = await accept(subject, slow);
      // Known not to have it, or asked and told so.
      expect(provider.capabilities.cancels).toBe(provider.cancel !== undefined);
      expect(['refused', undefined]).toContain(await provider.cancel?.(operation, soon()));
      expect((await provider.check(operation, soon())).kind).toBe('running');
    },
  },
  'calls back': {
    async does(subject) {
      const { provider, now } = subject;
      expect(provider.capabilities.callsBack).toBe(true);
      await using receiver = await openReceiver();
      const submission = await accept(subject, 'a red fox [webhook:twice]', {}, call({ webhookUrl: receiver.url }));
      await vi.waitFor(() => expect(receiver.deliveries).toHaveLength(2), 10_000);
      const [first, second] = receiver.deliveries;
      if (!first || !second) throw new Error('no call');
      const called = await provider.verifyWebhook?.(first, now());
      expect(called?.job?.upstreamId).toBe(submission.upstreamId);
      expect((await provider.check(called?.job?.operation ?? {}, soon())).kind).toBe('completed');
      expect(await provider.verifyWebhook?.(second, now())).toMatchObject({ eventId: called?.eventId });
      const forged = { ...first, body: Buffer.concat([first.body, Buffer.from(' ')]) };
      expect(await provider.verifyWebhook?.(forged, now())).toBeNull();
      expect(await provider.verifyWebhook?.({ ...first, headers: new Headers() }, now())).toBeNull();
      for (const aside of [-400_000, 400_000]) {
        expect(await provider.verifyWebhook?.(first, new Date(now().getTime() + aside))).toBeNull();
      }
    },
    async doesNot(subject) {
      expect(subject.provider.capabilities.callsBack).toBe(false);
      expect(subject.provider.verifyWebhook).toBeUndefined();
      await accept(subject, 'a red fox', {}, call({ webhookUrl: 'http://127.0.0.1:1/hooks/canary-token' }));
      expect(subject.jobs()[0]?.webhook_calls).toBeNull();
    },
  },
  'waits as long as it is told': {
    async does(subject) {
      const { provider, request } = subject;
      const limited = await provider.start(request('a red fox [create-http:429] [retry-after:120]'), call());
      expect(limited).toMatchObject({ kind: 'limited', retryAfterMs: 120_000 });
      const { operation } = await accept(subject, 'a red fox [http:429] [retry-after:120] [render:600]');
      const told = { kind: 'no_answer', why: 'rate_limited', retryAfterMs: 120_000 };
      expect(await provider.check(operation, soon())).toMatchObject(told);
      expect((await provider.check(operation, soon())).kind).toBe('running');
    },
  },
  'a hiccup is no verdict': {
    async does(subject) {
      for (const hiccup of ['http:500', 'http:502', 'http:503', 'http:408', 'garble']) {
        const { operation } = await rendered(subject, `a red fox [${hiccup}]`);
        const why = hiccup === 'garble' ? 'protocol' : 'transient';
        expect(await subject.provider.check(operation, soon()), hiccup).toMatchObject({ kind: 'no_answer', why });
        expect((await subject.provider.check(operation, soon())).kind, hiccup).toBe('completed');
      }
    },
  },
  'an unknown job is missing': {
    async does(subject) {
      const { operation } = await accept(subject, slow);
      expect((await subject.provider.check(unknownTo(operation), soon())).kind).toBe('missing');
    },
  },
  'takes a first frame': {
    async does(subject) {
      await accept(subject, 'a red fox', { inputs: [subject.input] });
      expect(subject.jobs()[0]).toMatchObject({ first_frame: true });
      const before = subject.jobs().length;
      const submission = await subject.provider.start(subject.request('a red fox', { inputs: ['nothing'] }), call());
      expect(submission.kind).toBe('rejected');
      expect(subject.jobs()).toHaveLength(before);
    },
  },
  'stands a clip upright': {
    async does(subject) {
      await accept(subject, 'a red fox', { size: subject.portrait });
      expect(subject.jobs()[0]?.size).toBe(subject.portrait);
    },
  },
  'says what it ignores': {
    async does(subject) {
      const { warnings } = await accept(subject, 'a red fox', subject.ignored);
      expect(warnings).toEqual(expect.arrayContaining([expect.any(String)]));
    },
    async doesNot(subject) {
      // Everything is passed on: there is nothing to say.
      expect((await accept(subject, 'a red fox', subject.ignored)).warnings ?? []).toEqual([]);
    },
  },
  'tells what it cost': {
    async does(subject) {
      const answer = await verdictOn(subject, 'a red fox');
      expect(answer).toMatchObject({ kind: 'completed', costMicroUsd: expect.any(Number) });
    },
    async doesNot(subject) {
      expect(await verdictOn(subject, 'a red fox')).not.toHaveProperty('costMicroUsd');
    },
  },
  'a clip comes whole or not at all': {
    async does(subject) {
      const { provider } = subject;
      const early = await accept(subject, slow);
      const open = (operation: typeof early.operation) => provider.open(operation, 'clip', soon());
      await expect(open(early.operation)).rejects.toMatchObject({ reason: 'not_ready' });
      const { operation } = await rendered(subject, 'a red fox [cut:1000]');
      await expect(clipOf(provider, operation)).rejects.toMatchObject({ reason: 'transient' });
      expect((await clipOf(provider, operation)).subarray(4, 8).toString()).toBe('ftyp');
    },
  },
  'a clip that is gone is told apart': {
    async does(subject) {
      const { operation } = await rendered(subject, 'a red fox [expire]');
      await expect(subject.provider.open(operation, 'clip', soon())).rejects.toMatchObject({ reason: 'gone' });
    },
    async doesNot(subject) {
      const { operation } = await rendered(subject, 'a red fox [expire]');
      // Its words could mean a hiccup too.
      const opened = subject.provider.open(operation, 'clip', soon());
      await expect(opened).rejects.toMatchObject({ reason: expect.stringMatching(/^(refused|not_ready)$/) });
    },
  },
  'has a thumbnail': {
    async does(subject) {
      const { operation } = await rendered(subject, 'a red fox');
      const { contentType, stream } = await subject.provider.open(operation, 'thumbnail', soon());
      expect(contentType).toBe('image/webp');
      for await (const chunk of stream) return expect(chunk.byteLength).toBeGreaterThan(0);
    },
    async doesNot(subject) {
      const { operation } = await rendered(subject, 'a red fox');
      const opened = subject.provider.open(operation, 'thumbnail', soon());
      await expect(opened).rejects.toMatchObject({ reason: expect.stringMatching(/^(refused|not_ready)$/) });
    },
  },
  'keeps keys and URLs to itself': {
    async does(subject) {
      const submission = await rendered(subject, 'http://127.0.0.1/a?token=1 is no address');
      const answer = await subject.provider.check(submission.operation, soon());
      const { kind, raw, warnings } = submission;
      const told = JSON.stringify([kind, raw, warnings, answer, await verdictOn(subject, 'a fox [fail:provider]')]);
      expect(told).not.toContain('://');
      for (const secret of subject.secrets) {
        expect(told).not.toContain(secret);
        expect(JSON.stringify(submission.operation)).not.toContain(secret);
      }
    },
  },
  'where nobody listens nothing was sent': {
    async does(subject) {
      const { down } = subject;
      const { operation } = await accept(subject, slow);
      expect(await down.probe(soon())).toBe(false);
      expect((await down.start(subject.request('a fox'), call())).kind).toBe('unsent');
      expect(await down.check(operation, soon())).toMatchObject({ kind: 'no_answer', why: 'transient' });
      const listing = await down.list?.(new Date(0), soon());
      expect(listing?.kind).toBe(down.list ? 'no_answer' : undefined);
      const canceled = await down.cancel?.(operation, soon());
      expect(canceled).toEqual(down.cancel ? expect.objectContaining({ kind: 'no_answer' }) : undefined);
      await expect(down.open(operation, 'clip', soon())).rejects.toMatchObject({ reason: 'transient' });
    },
  },
  'nothing is sent when it is too late': {
    async does(subject) {
      const { provider, jobs, request } = subject;
      const before = jobs().length;
      const submission = await provider.start(request('a red fox'), call({ mayStillSend: () => false }));
      expect([submission.kind, jobs().length]).toEqual(['unsent', before]);
    },
  },
  'a refused key is no verdict on a job': {
    async does(subject) {
      const { operation } = await rendered(subject, 'a red fox');
      const before = subject.jobs().length;
      const submission = await subject.refused.start(subject.request('a red fox'), call());
      expect(submission).toMatchObject({ kind: 'rejected', code: 'auth' });
      expect(subject.jobs()).toHaveLength(before);
      expect(await subject.refused.check(operation, soon())).toMatchObject({ kind: 'no_answer', why: 'auth' });
      await expect(subject.refused.open(operation, 'clip', soon())).rejects.toThrow();
    },
  },
  'is tested for free': {
    async does(subject) {
      const before = subject.jobs().length;
      expect(await subject.provider.probe(soon())).toBe(true);
      expect(subject.jobs()).toHaveLength(before);
    },
  },
} satisfies Record<string, Behaviour>;

export type BehaviourName = keyof typeof behaviours;

export const behaviourNames = Object.keys(behaviours) as BehaviourName[];

/** The assertion of one cell. Throws where it says that a provider lacks what every provider has to have. */
export function assertionOf(name: BehaviourName, has: boolean): Behaviour['does'] {
  const behaviour: Behaviour = behaviours[name];
  const assertion = has ? behaviour.does : behaviour.doesNot;
  if (!assertion) throw new Error(`"${name}" is not optional`);
  return assertion;
}
