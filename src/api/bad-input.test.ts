import { afterAll, beforeAll, expect, it } from 'vitest';
import { openMemoryStore } from '#store/memory.ts';
import { DownloadError } from '#video/errors/download-error.ts';
import { createTestApi, type TestApi } from './testing.ts';

let test: TestApi;
beforeAll(async () => {
  test = await createTestApi({ store: openMemoryStore(), engine: false });
});
afterAll(() => test.stop());

const error = async (answer: Response) =>
  ((await answer.json()) as { error: { message: string; param: string; code: string } }).error;

it.each<[what: string, body: object, param: string, rule: string]>([
  ['no prompt', {}, 'prompt', 'prompt is required'],
  ['an empty prompt', { prompt: '  ' }, 'prompt', 'prompt must not be empty'],
  ['40,000 characters', { prompt: 'x'.repeat(40_000) }, 'prompt', 'prompt has more than 32000 characters'],
  ['NUL in the prompt', { prompt: 'a\u0000b' }, 'prompt', 'must not contain NUL'],
  [
    'NUL deep in the settings',
    { prompt: 'x', settings: { a: [{ b: '\u0000' }] } },
    'settings.a.0.b',
    'must not contain NUL',
  ],
  ['half a character', { prompt: 'x\ud800' }, 'prompt', 'well-formed Unicode'],
  ['a prompt that is a number', { prompt: 7 }, 'prompt', 'expected string'],
  ['an unknown model', { prompt: 'x', model: 'veo-9' }, 'model', 'offered: fake/model'],
  ['a size that is not offered', { prompt: 'x', size: '640x480' }, 'size', 'offered: 1280x720, 320x180'],
  ['a size that is none', { prompt: 'x', size: 'large' }, 'size', 'size must be WIDTHxHEIGHT'],
  ['seconds that are not offered', { prompt: 'x', seconds: 5 }, 'seconds', 'offered: 4, 8'],
  ['seconds in words', { prompt: 'x', seconds: 'four' }, 'seconds', 'seconds must be a number'],
  ['a count of 0', { prompt: 'x', count: 0 }, 'count', '>=1'],
  ['a count of 9', { prompt: 'x', count: 9 }, 'count', '<=8'],
  ['an unknown field', { prompt: 'x', colour: 'red' }, 'colour', 'colour is not a field'],
  ['another owner', { prompt: 'x', owner_id: 'admin' }, 'owner_id', 'owner_id is not a field'],
  ['an unknown priority', { prompt: 'x', priority: 'urgent' }, 'priority', 'low'],
  ['an input that was not uploaded', { prompt: 'x', inputs: ['asset_1'] }, 'inputs', 'is not an uploaded image'],
  ['nesting without end', { prompt: 'x', settings: nested(60) }, 'settings', 'nested more than 32 deep'],
])('%s is a 400 that names the field and the rule', async (_what, body, param, rule) => {
  const answer = await test.call('key', 'POST', '/api/videos', { body });
  expect(answer.status).toBe(400);
  const { message, param: named } = await error(answer);
  expect(named).toBe(param);
  expect(message).toContain(rule);
  expect(message.length).toBeLessThan(400);
});

it.each<[what: string, raw: string, type: string | null, status: number, code: string]>([
  ['broken JSON', '{"prompt":', 'application/json', 400, 'broken_json'],
  ['a JSON array', '[]', 'application/json', 400, 'invalid_field'],
  ['JSON that says it is text', '{"prompt":"x"}', 'text/plain', 415, 'unsupported_media_type'],
  ['a form', 'prompt=x', 'application/x-www-form-urlencoded', 415, 'unsupported_media_type'],
  ['thirty megabytes', JSON.stringify({ prompt: 'x'.repeat(30_000_000) }), 'application/json', 413, 'body_too_large'],
])('%s is refused', async (_what, raw, type, status, code) => {
  const answer = await test.call('key', 'POST', '/api/videos', { raw, headers: type ? { 'content-type': type } : {} });
  expect(answer.status).toBe(status);
  expect((await error(answer)).code).toBe(code);
});

it.each([
  ['/api/videos?limit=0', 'limit'],
  ['/api/videos?limit=many', 'limit'],
  ['/api/videos?status=lost', 'status'],
  ['/api/videos?colour=red', 'colour'],
  ['/api/videos?q=%00', 'q'],
])('%s is a 400 that names %s', async (path, param) => {
  const answer = await test.call('key', 'GET', path);
  expect(answer.status).toBe(400);
  expect((await error(answer)).param).toBe(param);
});

it.each(['video_x', '..%2f..%2fetc%2fpasswd', 'video_%00', "video_' or 1=1--"])('the id %s is a 404', async (id) => {
  for (const path of ['', '/status', '/content', '/events']) {
    expect((await test.call('key', 'GET', `/api/videos/${id}${path}`)).status).toBe(404);
  }
});

it('a reference that is no image is a 400 about the file', async () => {
  const { put } = test.media;
  test.media.put = async () => {
    throw new DownloadError('not_media', 'This is no image that can be read.');
  };
  const form = new FormData();
  form.set('file', new File([Buffer.from('89504e470d0a1a0a00000000', 'hex')], 'fox.png'));
  const answer = await test.call('owner', 'POST', '/api/files', { raw: form });
  expect(answer.status).toBe(400);
  expect(await error(answer)).toMatchObject({ param: 'file', message: 'file: This is no image that can be read.' });
  test.media.put = put;
});

it.each([
  ['no file', new FormData()],
  ['a text instead of a file', formWith('file', 'hello')],
  ['an empty file', formWith('file', new File([], 'fox.png'))],
])('%s is a 400 about the file', async (_what, form) => {
  const answer = await test.call('owner', 'POST', '/api/files', { raw: form });
  expect(answer.status).toBe(400);
  expect((await error(answer)).param).toBe('file');
});

it('takes seconds as a numeric string, and aliases', async () => {
  const body = { prompt: 'x', seconds: '8', model: 'sora-2' };
  const answer = await test.call('key', 'POST', '/api/videos', { body });
  expect(answer.status).toBe(202);
  const { videos } = (await answer.json()) as { videos: { seconds: number; model: string; resolved_model: string }[] };
  expect(videos).toMatchObject([{ seconds: 8, model: 'sora-2', resolved_model: 'fake/model' }]);
});

it('says in the answer when an alias was fitted to what is offered', async () => {
  const answer = await test.call('key', 'POST', '/api/videos', {
    body: { prompt: 'x', seconds: 12, size: '1920x1080' },
  });
  const { videos } = (await answer.json()) as { videos: { seconds: number; size: string; warnings: string[] }[] };
  expect(videos[0]).toMatchObject({ seconds: 8, size: '1280x720' });
  expect(videos[0]?.warnings).toHaveLength(2);
});

it('makes as many takes of one shot as were asked for', async () => {
  const answer = await test.call('key', 'POST', '/api/videos', { body: { prompt: 'x', count: 3 } });
  const { videos } = (await answer.json()) as { videos: { shot_id: string; take: number }[] };
  expect(videos.map((video) => video.take)).toEqual([1, 2, 3]);
  expect(new Set(videos.map((video) => video.shot_id)).size).toBe(1);
});

it('nothing of all this was a defect', () => expect(test.errors).toEqual([]));

function nested(depth: number): object {
  return depth === 0 ? {} : { a: nested(depth - 1) };
}

function formWith(name: string, value: string | File): FormData {
  const form = new FormData();
  form.set(name, value);
  return form;
}
