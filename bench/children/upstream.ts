// A server of the `/v1/videos` protocol that answers after a fixed time, counts, and renders nothing.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import h264 from 'h264-mp4-encoder';
import { argument, endWithParent, onAsked, tell } from './parent.ts';

export type UpstreamOptions = {
  /** Of each answer to a status request. */
  latencyMs: number;
  /** Progress runs evenly to 99 in this time; null = the server tells no progress. Jobs never end. */
  renderMs: number | null;
  /** Size of every result. */
  contentBytes?: number;
};
export type Counts = { creates: number; checks: number; downloads: number };

const { latencyMs, renderMs, contentBytes = 0 } = argument<UpstreamOptions>();
const counts: Counts = { creates: 0, checks: 0, downloads: 0 };
const createdAtMs = new Map<string, number>();
const clip = contentBytes > 0 ? await smallClip() : new Uint8Array();
const block = randomBytes(64 * 1024);

const server = createServer((request, response) => {
  const { pathname } = new URL(request.url ?? '/', 'http://upstream');
  request.resume();
  const [, version, resource, id, part] = pathname.split('/');
  if (version !== 'v1' || resource !== 'videos') return answer(response, 404, notFound);
  if (request.method === 'POST' && !id) {
    counts.creates += 1;
    const newId = `video_${counts.creates}`;
    createdAtMs.set(newId, Date.now());
    return answer(response, 200, video(newId));
  }
  if (request.method !== 'GET' || !id) return answer(response, 404, notFound);
  if (part === 'content') {
    counts.downloads += 1;
    return content(response).catch(() => response.destroy());
  }
  counts.checks += 1;
  setTimeout(() => answer(response, 200, video(id)), latencyMs);
});
// An idle connection that the server cuts would be an error of the measurement, not of a side.
server.keepAliveTimeout = 120_000;

const notFound = { error: { message: 'no such thing', type: 'invalid_request_error', code: null, param: null } };

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function video(id: string): object {
  const created = createdAtMs.get(id) ?? Date.now();
  return {
    id,
    object: 'video',
    status: 'in_progress',
    progress: renderMs === null ? null : Math.min(99, Math.floor((100 * (Date.now() - created)) / renderMs)),
    created_at: Math.floor(created / 1_000),
    completed_at: null,
    expires_at: null,
    error: null,
    model: 'stub',
    seconds: '4',
    size: '320x180',
  };
}

/** A real clip, and behind it a box that players skip, filled up to the size. */
async function content(response: ServerResponse): Promise<void> {
  const header = Buffer.alloc(8);
  header.writeUInt32BE(contentBytes - clip.byteLength, 0);
  header.write('free', 4);
  response.writeHead(200, { 'content-type': 'video/mp4', 'content-length': contentBytes });
  response.write(clip);
  response.write(header);
  for (let left = contentBytes - clip.byteLength - header.length; left > 0; left -= block.length) {
    if (!response.write(left >= block.length ? block : block.subarray(0, left))) await once(response, 'drain');
    if (response.destroyed) return;
  }
  response.end();
}

async function smallClip(): Promise<Uint8Array> {
  const encoder = await h264.createH264MP4Encoder();
  Object.assign(encoder, { width: 64, height: 64, frameRate: 10 });
  encoder.initialize();
  for (let i = 0; i < 10; i++) encoder.addFrameYuv(new Uint8Array((64 * 64 * 3) / 2).fill(20 * i));
  encoder.finalize();
  return encoder.FS.readFile(encoder.outputFilename, { encoding: 'binary' });
}

server.listen(0, '127.0.0.1', () => {
  tell({ baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1` });
});
onAsked(async () => {
  await sleep(0);
  return counts;
});
endWithParent();
