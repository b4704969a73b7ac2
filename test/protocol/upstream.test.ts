import { describe, expect, it } from 'vitest';
import { nested } from '#api/v1/fields.ts';
import { type Encoded, encode, encodeCharacter } from '#providers/openai/encode.ts';
import type { Request } from '#video/video.ts';
import { official } from './official.ts';

const request: Request = {
  model: 'sora-2',
  prompt: 'a red fox',
  seconds: 8,
  size: '1280x720',
  seed: null,
  settings: {},
  inputs: [],
};
const file = { bytes: Buffer.from('picture'), contentType: 'image/png', name: 'frame.png' };
const from = (operation: 'remix' | 'edit' | 'extend', upstreamId: string | null = 'video_1') => ({
  ...request,
  from: { operation, upstreamId, ...(operation === 'extend' && { addedSeconds: 4 }) },
});

/** The fields as a server reads them; a file is what stands for one in the description: text. */
async function fieldsOf({ contentType, body }: Encoded): Promise<object> {
  const response = new Response(body as BodyInit, { headers: { 'content-type': contentType } });
  if (contentType === 'application/json') return (await response.json()) as object;
  const form = await response.formData();
  return nested([...form].map(([name, value]) => [name, value instanceof File ? value.name : value]));
}

describe('what our client sends is what the official description says', () => {
  it.each<[schema: string, sent: Encoded]>([
    ['CreateVideoMultipartBody', encode(request, [], 'key', 'multipart')],
    ['CreateVideoMultipartBody', encode(request, [file], 'key', 'multipart')],
    ['CreateVideoMultipartBody', encode({ ...request, model: null, characters: ['char_1'] }, [], 'key', 'multipart')],
    ['CreateVideoRemixBody', encode(from('remix'), [], 'key', 'multipart')],
    ['CreateVideoEditMultipartBody', encode(from('edit'), [], 'key', 'multipart')],
    ['CreateVideoEditMultipartBody', encode(from('edit', null), [file], 'key', 'multipart')],
    ['CreateVideoExtendMultipartBody', encode(from('extend'), [], 'key', 'multipart')],
    ['CreateVideoCharacterBody', encodeCharacter('Ava', file, 'key')],
  ])('%s', async (schema, sent) => {
    const fields = await fieldsOf(sent);
    expect(official(schema).safeParse(fields)).toEqual({ success: true, data: expect.objectContaining(fields) });
  });
});
