import { type FauxqsServer, startFauxqs } from 'fauxqs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { download, key, mediaConformance, never } from './conformance.ts';
import { createS3Media, type S3Options } from './s3.ts';
import { renderSamples, type Samples } from './testing.ts';

let samples: Samples;
let server: FauxqsServer;
let options: S3Options;
beforeAll(async () => {
  [samples, server] = await Promise.all([renderSamples(), startFauxqs({ port: 0, host: '127.0.0.1', logger: false })]);
  server.createBucket('clips');
  options = {
    bucket: 'clips',
    region: 'us-east-1',
    endpoint: `http://127.0.0.1:${server.port}`,
    publicEndpoint: null,
    credentials: { accessKeyId: 'canary-id', secretAccessKey: 'canary-secret' },
    forcePathStyle: true,
    prefix: 'dailies/',
  };
});
afterAll(() => server.stop());
beforeEach(() => server.emptyBucket('clips'));

mediaConformance(
  async (more) => createS3Media({ ...options, ...more }),
  () => samples,
);

describe('a link', () => {
  const how = { fileName: 'a-red-fox-1.mp4', contentType: 'video/mp4', download: true, forMs: 3_600_000 };

  test('leads to the bytes, Range included, and holds no key', async () => {
    const media = createS3Media(options);
    await media.put(key, 'clip', download(samples.clip), never);
    const link = (await media.link?.(key, how)) ?? '';
    expect(Buffer.from(await (await fetch(link)).arrayBuffer())).toEqual(samples.clip);
    const part = await fetch(link, { headers: { range: 'bytes=4-7' } });
    expect([part.status, await part.text()]).toEqual([206, 'ftyp']);
    expect(link).not.toContain('canary-secret');
    const { searchParams } = new URL(link);
    expect(searchParams.get('response-content-disposition')).toBe('attachment; filename="a-red-fox-1.mp4"');
    expect(searchParams.get('X-Amz-Expires')).toBe('3600');
  });

  test('has the address that browsers reach', async () => {
    const media = createS3Media({ ...options, publicEndpoint: 'https://cdn.example.com' });
    expect(await media.link?.(key, how)).toMatch(
      /^https:\/\/cdn\.example\.com\/clips\/dailies\/video_1\/attempt_1\/clip\?/,
    );
  });
});

test('a store that cannot be reached is a passing trouble, in words without its address', async () => {
  const media = createS3Media({ ...options, endpoint: 'http://127.0.0.1:1' });
  const error = await media.put(key, 'clip', download(samples.clip), never).catch((error: Error) => error);
  expect(error).toMatchObject({ name: 'DownloadError', reason: 'transient' });
  expect(String(error)).not.toContain('127.0.0.1');
  await expect(media.check()).rejects.toThrow();
});

test('a sweep leaves copies that are young', async () => {
  expect(await createS3Media(options).sweep(new Date())).toBe(0);
});
