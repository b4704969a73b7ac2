import { afterEach, describe, expect, it } from 'vitest';
import { type As, createTestApi, type TestApi } from '#api/testing.ts';
import { commandAnswerSchema, type VideoView } from '#api/wire.ts';
import { openMemoryStore } from '#store/memory.ts';
import { type Move, move } from '#video/lifecycle.ts';
import type { State } from '#video/video.ts';
import type { AuditEvent, Overview, StuckItem, Throughput } from './wire.ts';
import { auditSchema, overviewSchema, providerAnswerSchema, stuckSchema, throughputSchema } from './wire.ts';

let test: TestApi;
afterEach(() => test.stop());

const still = (script: object = {}) =>
  createTestApi({ store: openMemoryStore(), engine: false, script: { renderMs: 60_000, ...script } });

async function get<T>(path: string, as: As = 'admin'): Promise<T> {
  const answer = await test.call(as, 'GET', `/api/admin/${path}`);
  expect(answer.status).toBe(200);
  return (await answer.json()) as T;
}

async function post(path: string, body: object = {}, status = 200) {
  const answer = await test.call('admin', 'POST', `/api/admin/${path}`, { body });
  expect([answer.status, path]).toEqual([status, path]);
  return (await answer.json()) as { video: VideoView; note: string | null; error?: { message: string; code: string } };
}

async function become(id: string, to: State, details: Partial<Pick<Move, 'video' | 'attempt' | 'next'>> = {}) {
  const claimed = await test.system.store.claimOne(id, null, 1_000);
  if (!claimed || claimed === 'busy') throw new Error(`${id} could not be claimed`);
  await test.system.store.saveMoves([move(claimed, to, { next: new Date(Date.now() + 3_600_000), ...details })]);
}

/** A take of the owner that the provider renders, as far as we know. */
async function running(deadlineAt = new Date(Date.now() + 60_000)): Promise<string> {
  const { id } = await test.ask();
  await become(id, 'submitting', { attempt: { sentAt: new Date() } });
  await become(id, 'running', {
    attempt: { operation: { id }, upstreamId: id },
    video: { acceptedAt: new Date(), deadlineAt },
  });
  return id;
}

async function overdue(): Promise<string> {
  const id = await running(new Date());
  await become(id, 'overdue');
  return id;
}

const lastEvent = async (id: string) => (await test.system.store.events(id, null)).at(-1);
const byAdmin = { actor: { type: 'user', id: 'admin' } };

describe('the overview', () => {
  it('counts, names providers, and says what troubles them', async () => {
    test = await still();
    await test.ask();
    const id = await running();
    const since = new Date(Date.now() - 120_000).toISOString();
    await become(id, 'running', { attempt: { watch: { trouble: { kind: 'auth', since, count: 3 } } } });
    await overdue();
    const overview = overviewSchema.parse(await get<Overview>('overview'));
    expect(overview).toMatchObject({
      version: '1.2.3',
      running: 1,
      queued: 1,
      overdue: 1,
      needs_decision: 0,
      attention: 2,
      today: { asked: 3, completed: 0, failed: 0 },
      providers: [
        {
          id: 'fake',
          configured: true,
          paused_at: null,
          slots: null,
          requests_per_minute: null,
          trouble: { kind: 'auth', since, videos: 1 },
        },
      ],
    });
    expect(overview.oldest_age_ms).toBeGreaterThanOrEqual(0);
  });

  it('of an empty installation is calm', async () => {
    test = await still();
    expect(await get<Overview>('overview')).toMatchObject({ oldest_age_ms: null, attention: 0, running: 0 });
  });
});

describe('what needs a person', () => {
  it('is listed with its reason, its age and what can be done, oldest first, of all owners', async () => {
    test = await still();
    const late = await overdue();
    await running();
    const lost = await running();
    const { id: theirs } = await test.ask('other');
    await become(theirs, 'submitting', { attempt: { sentAt: new Date() } });
    await become(theirs, 'unknown');
    await become(theirs, 'needs_decision');
    const trouble = { kind: 'transient' as const, since: new Date().toISOString(), count: 1 };
    await become(lost, 'running', { attempt: { watch: { trouble } } });
    const { items, more } = stuckSchema.parse(await get('attention'));
    expect(more).toBe(false);
    const short = ({ video, owner_id, why, commands }: StuckItem) => [video.id, owner_id, why.code, commands];
    // The hiccup of a moment ago is no reason to wake anybody.
    expect(items.map(short)).toEqual([
      [late, 'owner', 'overdue', ['check', 'extend', 'give-up', 'reset']],
      [theirs, 'other', 'decision_needed', ['check', 'give-up', 'adopt', 'reset']],
    ]);
    expect(items[0]?.upstream_id).toBe(late);
  });
});

describe('an operator', () => {
  it('extends a deadline', async () => {
    test = await still();
    const id = await overdue();
    const { video, note } = await post(`videos/${id}/extend`, { minutes: 30 });
    expect(video.state).toBe('running');
    expect(Date.parse(video.deadline_at ?? '')).toBeGreaterThan(Date.now() + 29 * 60_000);
    expect(note).toContain('Its deadline is now');
    expect(await lastEvent(id)).toMatchObject({ type: 'deadline_extended', ...byAdmin });
    expect((await post(`videos/${id}/extend`, { minutes: 0 }, 400)).error?.message).toContain('minutes');
    expect((await post(`videos/${id}/extend`, { minutes: 10_081 }, 400)).error?.message).toContain('minutes');
  });

  it('gives up, and a late clip is still kept', async () => {
    test = await still();
    const id = await overdue();
    expect(commandAnswerSchema.parse(await post(`videos/${id}/give-up`)).video).toMatchObject({
      state: 'failed',
      error: { code: 'provider_silent' },
    });
    expect(await lastEvent(id)).toMatchObject({ type: 'given_up', ...byAdmin });
    expect((await post(`videos/${id}/give-up`, {}, 409)).error?.message).toBe('This take is finished.');
  });

  it('requeues what was never sent, and says why not where it was', async () => {
    test = await still();
    const { id } = await test.ask();
    await become(id, 'queued', { next: null, video: { notBefore: new Date(Date.now() + 3_600_000) } });
    expect((await post(`videos/${id}/requeue`)).note).toContain('in the line again');
    expect(await lastEvent(id)).toMatchObject({ type: 'requeued', ...byAdmin });
    const sent = await running();
    expect((await post(`videos/${sent}/requeue`, {}, 409)).error?.message).toContain('could be billed twice');
  });

  it('resets, and is told why there is nothing to collect', async () => {
    test = await still();
    const id = await overdue();
    expect((await post(`videos/${id}/collect`, {}, 409)).error?.message).toBe('It is not rendered yet.');
    expect((await post(`videos/${id}/reset`)).video.state).toBe('running');
    expect(await lastEvent(id)).toMatchObject({ type: 'reset', ...byAdmin });
  });

  it('adopts the job that was found at the provider', async () => {
    test = await still();
    const { id } = await test.ask();
    await become(id, 'submitting', { attempt: { sentAt: new Date() } });
    await become(id, 'unknown');
    expect((await post(`videos/${id}/adopt`, { upstream_id: 'up_9' }, 409)).error?.code).toBe('not_found_at_provider');
    const request = (await test.system.store.get(id, null))?.attempts[0]?.request;
    if (!request) throw new Error('no request');
    test.provider.jobs.set('up_9', { id: 'up_9', key: 'k', request, createdAt: new Date(), canceled: false });
    expect((await post(`videos/${id}/adopt`, { upstream_id: 'up_9' })).video.state).toBe('running');
    expect(await lastEvent(id)).toMatchObject({ type: 'adopted', ...byAdmin });
  });

  it('asks for a look, which is written down only where one comes', async () => {
    test = await still();
    const id = await overdue();
    const { store } = test.system;
    await store.hint({ ids: [id] });
    const look = await store.claimDue(id, 1_000);
    if (!look) throw new Error('no look is due');
    await store.saveMoves([move(look, 'overdue', { next: new Date(Date.now() + 3_600_000) })]);
    expect((await post(`videos/${id}/check`)).note).toMatch(/^We looked/);
    expect((await lastEvent(id))?.type).not.toBe('check_asked');
    await become(id, 'overdue');
    const details = await test.system.store.get(id, null);
    if (!details) throw new Error('gone');
    const { clock } = test.system;
    const { now } = clock;
    clock.now = () => new Date(now().getTime() + 6_000);
    expect((await post(`videos/${id}/check`)).note).toBeNull();
    clock.now = now;
    expect(await lastEvent(id)).toMatchObject({ type: 'check_asked', ...byAdmin });
  });

  it('pauses and resumes a provider, once each', async () => {
    test = await createTestApi({ store: openMemoryStore() });
    const pause = providerAnswerSchema.parse(await post('providers/fake/pause'));
    expect(pause.provider.paused_at).not.toBeNull();
    expect((await post('providers/fake/pause')).note).toBe('It was paused already.');
    const { id } = await test.ask();
    await test.system.store.setStarred(id, null, true);
    expect((await test.system.store.get(id, null))?.video.state).toBe('queued');
    expect(providerAnswerSchema.parse(await post('providers/fake/resume')).provider.paused_at).toBeNull();
    await test.until(id, 'completed');
    expect((await post('providers/fake/resume')).note).toBe('It was not paused.');
    await post('providers/nobody/pause', {}, 404);
    const { events } = await get<{ events: AuditEvent[] }>('audit?actor=admin');
    expect(events.map(({ type, provider, video_id, text }) => [type, provider, video_id, text])).toEqual([
      ['provider_resumed', 'fake', null, 'The provider fake goes on.'],
      ['provider_paused', 'fake', null, 'The provider fake was paused: nothing is sent to it.'],
    ]);
  });

  it('is a person who signed in: neither a key nor a viewer nor a member', async () => {
    test = await still();
    for (const as of ['key', 'owner', 'viewer'] as const) {
      expect((await test.call(as, 'GET', '/api/admin/overview')).status).toBe(403);
    }
  });
});

describe('throughput', () => {
  it('counts what happened today', async () => {
    test = await createTestApi({ store: openMemoryStore() });
    await test.done();
    await test.done();
    const { buckets, bucket_ms } = throughputSchema.parse(await get<Throughput>('throughput?hours=24'));
    expect([buckets.length, bucket_ms]).toEqual([96, 900_000]);
    const sum = (of: (bucket: Throughput['buckets'][number]) => number) => buckets.reduce((n, one) => n + of(one), 0);
    expect([sum((b) => b.asked), sum((b) => b.accepted), sum((b) => b.stored), sum((b) => b.failed)]).toEqual([
      2, 2, 2, 0,
    ]);
    expect(buckets.at(-1)).toMatchObject({ queued: 0, running: 0 });
  });
});

describe('the audit', () => {
  it('is read in pages, and filtered', async () => {
    test = await createTestApi({ store: openMemoryStore() });
    const { id } = await test.done();
    await test.done('other');
    const all = auditSchema.parse(await get('audit'));
    expect(all.next).toBeNull();
    const paged: AuditEvent[] = [];
    for (let next: string | null = ''; next !== null; ) {
      const page: { events: AuditEvent[]; next: string | null } = await get(`audit?limit=3${next && `&after=${next}`}`);
      paged.push(...page.events);
      next = page.next;
    }
    expect(paged).toEqual(all.events);
    const { events } = await get<{ events: AuditEvent[] }>(`audit?video=${id}&type=created&owner=owner`);
    expect(events).toMatchObject([{ video_id: id, owner_id: 'owner', text: 'Asked for.', state_after: 'queued' }]);
    const future = new Date(Date.now() + 60_000).toISOString();
    expect((await get<{ events: AuditEvent[] }>(`audit?from=${future}`)).events).toEqual([]);
    expect((await test.call('admin', 'GET', '/api/admin/audit?after=x')).status).toBe(400);
  });

  it.each([0, 1, 1_200])('is exported as CSV and JSON, all %i events of it', async (count) => {
    test = await still();
    if (count > 0) {
      const { id } = await test.ask();
      for (let n = 1; n < count; n++) {
        const data = { note: '=cmd' };
        await test.system.store.record(id, { type: 'check_asked', actor: { type: 'user', id: '@sum' }, data });
      }
    }
    const answer = await test.call('admin', 'GET', '/api/admin/audit?format=csv');
    expect(answer.headers.get('content-type')).toContain('text/csv');
    expect(answer.headers.get('content-disposition')).toMatch(
      /^attachment; filename="dailies-audit-\d{4}-\d\d-\d\d\.csv"$/,
    );
    const lines = (await answer.text()).split('\r\n');
    expect(lines).toHaveLength(count + 2);
    expect(lines[0]).toBe('id,at,type,text,actor,actor_id,video_id,owner_id,provider,state_before,state_after,data');
    if (count > 1) expect(lines[1]).toContain(",'@sum,");
    const list = (await (await test.call('admin', 'GET', '/api/admin/audit?format=json')).json()) as AuditEvent[];
    expect(list).toHaveLength(count);
    expect(new Set(list.map((event) => event.id)).size).toBe(count);
  });
});
