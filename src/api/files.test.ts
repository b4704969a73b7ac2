import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createDiskMedia } from '#media/disk.ts';
import { openMemoryStore } from '#store/memory.ts';
import { createTestApi, type TestApi } from './testing.ts';

const dir = mkdtempSync(join(tmpdir(), 'dailies-files-'));
let test: TestApi;
let png: Buffer;
let stranger: Server;
let origin: string;
/** What the stranger's server answers. */
let answers: Record<string, (() => Promise<Buffer> | Buffer) | { location: string } | number> = {};

beforeAll(async () => {
  test = await createTestApi({ store: openMemoryStore(), engine: false, files: createDiskMedia({ dir }) });
  png = await sharp({ create: { width: 320, height: 180, channels: 3, background: 'red' } })
    .png()
    .toBuffer();
  stranger = createServer(async (request, response) => {
    const answer = answers[request.url ?? ''] ?? 404;
    if (typeof answer === 'number') return response.writeHead(answer).end();
    if ('location' in answer) return response.writeHead(302, answer).end();
    response.end(await answer());
  });
  stranger.listen(0, '127.0.0.1');
  await once(stranger, 'listening');
  origin = `http://127.0.0.1:${(stranger.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await test.stop();
  stranger.close();
  rmSync(dir, { recursive: true, force: true });
});
afterEach(() => {
  answers = {};
});

const form = (content: Uint8Array | string, name = 'fox.png', field = 'file') => {
  const body = new FormData();
  body.set(field, new File([content as BlobPart], name));
  return body;
};
type Answer = { id: string; name: string; error: { code: string; param: string; message: string } };
/** As bytes: a form that is refused half-way is cut off. */
async function send(body: BodyInit, more: Record<string, string> = {}) {
  const whole = new Response(body);
  const type = whole.headers.get('content-type');
  const headers = { ...(type && { 'content-type': type }), ...more };
  const raw = Buffer.from(await whole.arrayBuffer()) as BodyInit;
  const answer = await test.call('key', 'POST', '/api/files', { raw, headers });
  return { status: answer.status, ...((await answer.json()) as Answer) };
}
async function ask(url: string, as: 'key' | 'other' = 'key') {
  const answer = await test.call(as, 'POST', '/api/files', { body: { url } });
  return { status: answer.status, ...((await answer.json()) as Answer) };
}
const kept = () => {
  try {
    return readdirSync(join(dir, 'references'));
  } catch {
    return [];
  }
};
const halfWritten = () => readdirSync(join(dir, '.tmp'));

describe('an uploaded file', () => {
  it('is told, read back and deleted by its owner alone', async () => {
    const { id, ...told } = await send(form(png, '../Küche "1".png'));
    expect(told).toMatchObject({
      status: 201,
      name: 'Küche %221%22.png',
      content_type: 'image/png',
      bytes: png.length,
      width: 320,
      height: 180,
    });
    const path = `/api/files/${id}`;
    const content = await test.call('key', 'GET', `${path}/content`);
    expect(Buffer.from(await content.arrayBuffer())).toEqual(png);
    expect(Object.fromEntries(content.headers)).toMatchObject({
      'content-type': 'image/png',
      'x-content-type-options': 'nosniff',
      'content-security-policy': expect.stringContaining('sandbox'),
      'content-disposition': 'inline; filename="K-che-221-22.png"',
    });
    const part = await test.call('key', 'GET', `${path}/content`, { headers: { range: 'bytes=1-3' } });
    expect([part.status, await part.text()]).toEqual([206, 'PNG']);
    for (const [method, of] of [
      ['GET', path],
      ['GET', `${path}/content`],
      ['DELETE', path],
    ] as const) {
      expect((await test.call('other', method, of)).status).toBe(404);
    }
    expect((await test.call('viewer', 'GET', path)).status).toBe(404);
    const gone = await test.call('key', 'DELETE', path);
    expect([gone.status, await gone.json()]).toEqual([200, { id, deleted: true }]);
    expect((await test.call('key', 'GET', path)).status).toBe(404);
    expect(kept()).not.toContain(id);
  });

  it('stays while an unfinished clip needs it', async () => {
    const { id } = await send(form(png));
    await test.ask('owner', { inputs: [id] });
    const answer = await test.call('key', 'DELETE', `/api/files/${id}`);
    expect([answer.status, await answer.json()]).toMatchObject([409, { error: { code: 'in_use' } }]);
  });

  it.each<[what: string, raw: () => BodyInit, status: number, code: string, rule: string]>([
    ['SVG', () => form('<svg xmlns="http://www.w3.org/2000/svg"/>'), 400, 'invalid_reference', 'file: it is no JPEG'],
    ['a web page', () => form('<!doctype html><p>hello'), 400, 'invalid_reference', 'file: it is no JPEG'],
    ['nothing', () => form(''), 400, 'invalid_reference', 'file: it is empty'],
    ['three bytes', () => form('GIF'), 400, 'invalid_reference', 'file: it is no JPEG'],
    [
      'a page behind a picture',
      () => form(Buffer.concat([png, Buffer.from('<html>')])),
      400,
      'invalid_reference',
      'a web page',
    ],
    [
      'too many bytes',
      () => form(Buffer.concat([png, Buffer.alloc(20_000_000)])),
      413,
      'file_too_large',
      'at most 20000000',
    ],
    ['another field', () => form(png, 'fox.png', 'picture'), 400, 'invalid_field', 'takes one file, as file'],
    ['an empty form', () => new FormData(), 400, 'invalid_field', 'file must be one uploaded file'],
    [
      'a field only',
      () => {
        const body = new FormData();
        body.set('file', 'x');
        return body;
      },
      400,
      'invalid_field',
      'file must be',
    ],
  ])('that is %s is refused, and nothing is left', async (_what, raw, status, code, rule) => {
    const before = kept();
    const { error, ...answer } = await send(raw());
    expect([answer.status, error.code]).toEqual([status, code]);
    expect(error.message).toContain(rule);
    expect(kept()).toEqual(before);
    expect(halfWritten()).toEqual([]);
  });

  it('is refused where it is two', async () => {
    const body = form(png);
    body.append('file', new File([new Uint8Array(png)], 'two.png'));
    const before = kept();
    expect(await send(body)).toMatchObject({ status: 400, error: { message: expect.stringContaining('one file') } });
    expect(kept()).toEqual(before);
  });

  it('that breaks off leaves nothing', async () => {
    const before = kept();
    const text = `--x\r\ncontent-disposition: form-data; name="file"; filename="a.png"\r\n\r\n`;
    const body = Buffer.concat([Buffer.from(text), png]);
    const answer = await send(body as BodyInit, { 'content-type': 'multipart/form-data; boundary=x' });
    expect(answer).toMatchObject({ status: 400 });
    expect(kept()).toEqual(before);
    expect(halfWritten()).toEqual([]);
  });

  it.each([
    ['text/plain', 415],
    ['multipart/form-data', 400],
  ])('as %s is a %i', async (type, status) => {
    expect((await send('x', { 'content-type': type })).status).toBe(status);
  });
});

describe('a file by URL', () => {
  it.each([
    ['https', () => `${origin}/fox`],
    ['data', () => `data:image/jpeg;base64,${png.toString('base64')}`],
  ])('of %s is stored by its content', async (_kind, url) => {
    answers = { '/fox': () => png };
    expect(await ask(url())).toMatchObject({ status: 201, content_type: 'image/png', bytes: png.length, name: null });
  });

  it.each<[what: string, url: () => string, rule: string]>([
    ['plain http of a stranger', () => 'http://example.com/fox.png', 'only https is fetched'],
    ['a private address', () => 'https://10.0.0.1/fox.png', 'private address'],
    ['loopback in disguise', () => 'https://2130706434/', 'loopback address'],
    ['metadata of a cloud', () => 'https://169.254.169.254/latest', 'linkLocal address'],
    ['a file', () => 'file:///etc/passwd', 'https: or data: URL'],
    ['no URL', () => 'fox.png', 'https: or data: URL'],
    ['a password', () => 'https://me:secret@example.com/', 'credentials'],
    ['a redirect into the house', () => `${origin}/away`, 'private address'],
    ['what is not there', () => `${origin}/nothing`, 'its server answered 404'],
    ['a web page', () => `${origin}/page`, 'no JPEG'],
    ['data that is none', () => 'data:image/png;base64,%%%', 'base64'],
    ['data that is text', () => 'data:text/html,<p>', 'base64'],
    ['a closed door', () => 'http://127.0.0.1:1/fox', 'could not be fetched'],
  ])('that is %s is refused without naming it', async (_what, url, rule) => {
    answers = {
      '/away': { location: 'https://192.168.1.1/fox' },
      '/page': () => Buffer.from('<!doctype html><title>not a fox</title>'),
    };
    const { status, error } = await ask(url());
    expect([status, error.param]).toEqual([400, 'url']);
    expect(error.message).toContain(rule);
    expect(error.message).not.toMatch(/secret|passwd|192\.168|127\.0/);
  });
});

describe('the inputs of a clip', () => {
  it('may be URLs, and are told as files', async () => {
    answers = { '/fox': () => png };
    const { id } = await send(form(png));
    const url = `data:image/png;base64,${png.toString('base64')}`;
    const { inputs } = await test.ask('owner', { inputs: [id, `${origin}/fox`, url] });
    expect(inputs).toEqual([id, expect.stringMatching(/^asset_/), expect.stringMatching(/^asset_/)]);
    expect((await test.call('key', 'GET', `/api/files/${inputs[2]}/content`)).status).toBe(200);
  });

  it('are the owner’s own', async () => {
    const { id } = await send(form(png));
    const answer = await test.call('other', 'POST', '/api/videos', { body: { prompt: 'x', inputs: [id] } });
    expect([answer.status, await answer.json()]).toMatchObject([400, { error: { param: 'inputs' } }]);
  });

  it('may be as large as an image may be', async () => {
    const large = Buffer.concat([png, Buffer.alloc(19_000_000)]).toString('base64');
    const { inputs } = await test.ask('owner', { inputs: [`data:image/png;base64,${large}`] });
    expect(inputs).toHaveLength(1);
  });
});
