import { afterEach, describe, expect, it, vi } from 'vitest';
import { createTestApi, type TestApi } from '#api/testing.ts';
import { openMemoryStore } from '#store/memory.ts';

type Message = { event: string; id: string; data: { id?: string; state?: string; videos?: { id: string }[] } };

let test: TestApi;
const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const stream of open.splice(0)) await stream.close();
  await test.stop();
});

/** Reads messages of a stream as they come. */
async function listen(as: Parameters<TestApi['call']>[0], path = '/api/events', lastEventId?: string) {
  const headers: Record<string, string> = lastEventId ? { 'last-event-id': lastEventId } : {};
  const answer = await test.call(as, 'GET', path, { headers });
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8']);
  const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder();
  let text = '';
  const next = async (): Promise<Message | null> => {
    for (;;) {
      const end = text.indexOf('\n\n');
      if (end < 0) {
        const { value, done } = await reader.read();
        if (done) return null;
        text += decoder.decode(value, { stream: true });
        continue;
      }
      const fields = Object.fromEntries(
        text
          .slice(0, end)
          .split('\n')
          .map((line) => line.split(/: (.*)/s)),
      );
      text = text.slice(end + 2);
      if (fields.event) return { event: fields.event, id: fields.id, data: JSON.parse(fields.data) };
    }
  };
  const stream = {
    next,
    async until(wanted: (message: Message) => boolean): Promise<Message> {
      for (;;) {
        const message = await next();
        if (!message) throw new Error('the stream ended');
        if (wanted(message)) return message;
      }
    },
    close: () => reader.cancel(),
  };
  open.push(stream);
  return stream;
}

describe('the live stream', () => {
  it('begins with a snapshot, and tells every change until the clip is there', async () => {
    test = await createTestApi({ store: openMemoryStore() });
    const before = await test.done();
    const stream = await listen('owner');
    const snapshot = await stream.next();
    expect(snapshot?.event).toBe('snapshot');
    expect(snapshot?.data.videos?.map((video) => video.id)).toEqual([before.id]);
    const { id } = await test.ask();
    const last = await stream.until(({ data }) => data.id === id && data.state === 'completed');
    expect(last.id).toMatch(/^\d+-\d+$/);
  });

  it('tells nobody of the videos of others', async () => {
    test = await createTestApi({ store: openMemoryStore() });
    const stranger = await listen('other');
    expect((await stranger.next())?.data.videos).toEqual([]);
    const theirs = await test.done('owner');
    const { id } = await test.ask('other');
    const first = await stranger.next();
    expect(first?.data.id).toBe(id);
    expect(first?.data.id).not.toBe(theirs.id);
  });

  it('goes on behind Last-Event-ID without a snapshot', async () => {
    test = await createTestApi({ store: openMemoryStore() });
    await test.done();
    const first = await listen('owner');
    const seen = await first.next();
    await first.close();
    const missed = await test.done();
    const resumed = await listen('owner', '/api/events', seen?.id);
    const message = await resumed.next();
    expect([message?.event, message?.data.id, message?.data.state]).toEqual(['video', missed.id, 'completed']);
  });

  it('begins anew where Last-Event-ID is none of ours', async () => {
    test = await createTestApi({ store: openMemoryStore() });
    const stream = await listen('owner', '/api/events', "x' or 1=1");
    expect((await stream.next())?.event).toBe('snapshot');
  });

  it('ends without a word in the log when its client goes away', async () => {
    test = await createTestApi({ store: openMemoryStore() });
    const warnings: string[] = [];
    test.api.system.log.warn = (_fields, message) => void warnings.push(message);
    const stream = await listen('owner');
    await stream.next();
    await stream.close();
    await test.done();
    expect(warnings).toEqual([]);
  });

  it('says when a video is gone', async () => {
    test = await createTestApi({ store: openMemoryStore() });
    const { id } = await test.done();
    const stream = await listen('owner');
    await stream.next();
    await test.call('owner', 'DELETE', `/api/videos/${id}`);
    const message = await stream.until(({ event }) => event === 'removed');
    expect(message.data).toEqual({ id });
  });

  it('of one video needs only its signed link', async () => {
    test = await createTestApi({ store: openMemoryStore() });
    const { id } = await test.done();
    const token = test.api.links.sign(id, new Date());
    const stream = await listen('anonymous', `/api/events?video=${id}&token=${token}`);
    expect((await stream.next())?.data.videos?.map((video) => video.id)).toEqual([id]);
    await test.done();
    expect((await test.call('anonymous', 'GET', `/api/events?token=${token}`)).status).toBe(401);
  });

  it('answers HEAD without beginning', async () => {
    test = await createTestApi({ store: openMemoryStore(), engine: false });
    const answer = await test.call('owner', 'HEAD', '/api/events');
    expect([answer.status, await answer.text(), test.api.live.subscribers()]).toEqual([200, '', 0]);
  });

  it('ends with the session that opened it, however much there is to tell', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      test = await createTestApi({ store: openMemoryStore() });
      const stream = await listen('owner');
      await stream.next();
      const { id } = await test.done('owner');
      await stream.until(({ data }) => data.id === id && data.state === 'completed');
      await test.call('owner', 'POST', '/api/sign-out');
      vi.advanceTimersByTime(15_000);
      expect(await stream.next()).toBeNull();
    } finally {
      vi.useRealTimers();
    }
  });

  it('ends when the server stops, and leaves no listener behind', async () => {
    test = await createTestApi({ store: openMemoryStore() });
    const stream = await listen('owner');
    const other = await listen('owner');
    await stream.next();
    await other.next();
    expect(test.api.live.subscribers()).toBe(2);
    await other.close();
    expect(test.api.live.subscribers()).toBe(1);
    await test.api.live.stop();
    expect(await stream.next()).toBeNull();
    expect(test.api.live.subscribers()).toBe(0);
  });
});
