import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestApi, type TestApi } from '#api/testing.ts';
import { openMemoryStore } from '#store/memory.ts';
import { parseRange } from './range.ts';

let test: TestApi;
let path: string;
beforeAll(async () => {
  test = await createTestApi({ store: openMemoryStore() });
  const { id } = await test.done();
  path = `/api/videos/${id}/content`;
  const [key = ''] = test.media.files.keys();
  const { open } = test.media;
  // The memory media knows no ranges.
  test.media.open = async (asked, range) => {
    const file = test.media.files.get(key);
    return range && file ? new Blob([Buffer.from(file.subarray(range.start, range.end + 1))]).stream() : open(asked);
  };
});
afterAll(() => test.stop());

const get = (headers: Record<string, string> = {}, method = 'GET') => test.call('key', method, path, { headers });

describe('content', () => {
  it('is the whole file with its length, type and checksum', async () => {
    const answer = await get();
    expect(answer.status).toBe(200);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'video/mp4',
      'content-length': '4',
      'accept-ranges': 'bytes',
      'x-content-type-options': 'nosniff',
      'content-disposition': 'inline; filename="a-red-fox-in-snow-1.mp4"',
      etag: expect.stringMatching(/^"[0-9a-f]{64}"$/),
    });
    expect(answer.headers.get('content-security-policy')).toContain('sandbox');
    expect(await answer.text()).toBe('clip');
  });

  it('answers HEAD without opening the file', async () => {
    const { open } = test.media;
    test.media.open = async () => {
      throw new Error('opened');
    };
    const answer = await get({}, 'HEAD');
    test.media.open = open;
    expect([answer.status, answer.headers.get('content-length'), await answer.text()]).toEqual([200, '4', '']);
  });

  it.each([
    ['bytes=0-1', 206, 'bytes 0-1/4', 'cl'],
    ['bytes=2-', 206, 'bytes 2-3/4', 'ip'],
    ['bytes=-1', 206, 'bytes 3-3/4', 'p'],
    ['bytes=1-100', 206, 'bytes 1-3/4', 'lip'],
    ['bytes=4-', 416, 'bytes */4', ''],
    ['bytes=0-0,2-3', 200, null, 'clip'],
    ['pages=1', 200, null, 'clip'],
  ])('answers %s with %i', async (range, status, contentRange, text) => {
    const answer = await get({ range });
    expect([answer.status, answer.headers.get('content-range'), await answer.text()]).toEqual([
      status,
      contentRange,
      text,
    ]);
  });

  it('is not sent again to whoever has it', async () => {
    const etag = (await get()).headers.get('etag') ?? '';
    expect((await get({ 'if-none-match': `"other", ${etag}` })).status).toBe(304);
    expect((await get({ 'if-none-match': '"other"' })).status).toBe(200);
    expect((await get({ range: 'bytes=0-1', 'if-range': etag })).status).toBe(206);
    expect((await get({ range: 'bytes=0-1', 'if-range': '"older"' })).status).toBe(200);
  });

  it('says which variant there is not', async () => {
    const answer = await test.call('key', 'GET', `${path}?variant=spritesheet`);
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ error: { code: 'variant_not_available', param: 'variant' } });
    expect((await test.call('key', 'GET', `${path}?variant=poster`)).status).toBe(400);
  });

  it('is saved under a name on request', async () => {
    const answer = await test.call('key', 'GET', `${path}?download=1`);
    expect(answer.headers.get('content-disposition')).toMatch(/^attachment;/);
  });

  it('is where the store says, if that can be asked itself', async () => {
    const asked: object[] = [];
    test.media.link = async (key, how) => {
      asked.push({ key: key.split('/').at(-1), ...how });
      return 'https://store.example.com/clip?signature=1';
    };
    const answer = await test.call('key', 'GET', `${path}?download=1`, { headers: { range: 'bytes=0-1' } });
    expect([answer.status, answer.headers.get('location'), answer.headers.get('cache-control')]).toEqual([
      302,
      'https://store.example.com/clip?signature=1',
      'no-store',
    ]);
    const fileName = 'a-red-fox-in-snow-1.mp4';
    expect(asked).toEqual([{ key: 'clip', fileName, contentType: 'video/mp4', download: true, forMs: 3_600_000 }]);
    expect((await test.call('key', 'HEAD', path)).status).toBe(200);
    expect(await (await test.call('key', 'GET', `${path}?redirect=0`)).text()).toBe('clip');
    delete test.media.link;
  });

  it('is a 409 while the clip is being made', async () => {
    const still = await createTestApi({ store: openMemoryStore(), engine: false });
    const { id } = await still.ask();
    const answer = await still.call('key', 'GET', `/api/videos/${id}/content`);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([409, '5']);
    await still.stop();
  });
});

it.each<[string | undefined, number, ReturnType<typeof parseRange>]>([
  [undefined, 10, 'all'],
  ['bytes=-', 10, 'all'],
  ['bytes=5-2', 10, 'all'],
  ['bytes=-0', 10, 'unsatisfiable'],
  ['bytes=0-', 0, 'unsatisfiable'],
  ['bytes=-100', 10, { start: 0, end: 9 }],
  ['bytes=9-9', 10, { start: 9, end: 9 }],
])('the range %s of %i bytes', (header, bytes, expected) => expect(parseRange(header, bytes)).toEqual(expected));
