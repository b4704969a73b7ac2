import { expect, it } from 'vitest';
import { grouped } from './description.ts';

const answer = { responses: {} };
const description = {
  paths: {
    '/api/videos': { get: { ...answer, summary: 'Your clips' }, post: { ...answer, summary: 'Ask for a clip' } },
    '/v1/videos': { post: { ...answer, summary: 'Ask for a clip', tags: ['OpenAI protocol'] } },
  },
};
const shape = (words: string) =>
  grouped(description, words).map(([tag, found]) => [tag, found.map(({ method, path }) => `${method} ${path}`)]);

it('puts the protocol first, and finds by words', () => {
  expect(shape('')).toEqual([
    ['OpenAI protocol', ['POST /v1/videos']],
    ['Dailies', ['GET /api/videos', 'POST /api/videos']],
  ]);
  expect(shape('post API')).toEqual([['Dailies', ['POST /api/videos']]]);
  expect(shape('nothing like it')).toEqual([]);
});
