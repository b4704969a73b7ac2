import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';

type FileToServe = {
  path: string;
  bytes: number;
  contentType: string;
  /** Without quotes. */
  etag: string;
  filename: string;
  /** The connection is cut after so many bytes. */
  cut?: { afterBytes: number; disconnect: () => void };
  bytesPerSecond?: number;
};

/** Answers GET and HEAD for a file, with Range (one range), If-Range and If-None-Match (RFC 9110). */
export function serveFile(request: Request, file: FileToServe): Response {
  const etag = `"${file.etag}"`;
  const headers = new Headers({
    'accept-ranges': 'bytes',
    'content-type': file.contentType,
    'content-disposition': `attachment; filename="${file.filename}"`,
    etag,
  });
  if (request.headers.get('if-none-match')?.includes(etag)) return new Response(null, { status: 304, headers });
  const ifRange = request.headers.get('if-range');
  const asked = ifRange === null || ifRange === etag ? request.headers.get('range') : null;
  const range = asked === null ? null : readRange(asked, file.bytes);
  if (range === 'unsatisfiable') {
    headers.set('content-range', `bytes */${file.bytes}`);
    return new Response(null, { status: 416, headers });
  }
  const { start, end } = range ?? { start: 0, end: file.bytes - 1 };
  headers.set('content-length', String(end - start + 1));
  if (range) headers.set('content-range', `bytes ${start}-${end}/${file.bytes}`);
  const body =
    request.method === 'HEAD' ? null : (Readable.toWeb(Readable.from(read(file, start, end))) as ReadableStream);
  return new Response(body, { status: range ? 206 : 200, headers });
}

/** null for what is to be ignored: other units, several ranges, nonsense. */
function readRange(header: string, bytes: number): { start: number; end: number } | 'unsatisfiable' | null {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(header) ?? [];
  if (first === undefined || last === undefined || (first === '' && last === '')) return null;
  if (first === '') {
    const suffix = Number(last);
    return suffix === 0 ? 'unsatisfiable' : { start: Math.max(0, bytes - suffix), end: bytes - 1 };
  }
  const start = Number(first);
  const end = last === '' ? bytes - 1 : Math.min(Number(last), bytes - 1);
  if (last !== '' && Number(last) < start) return null;
  return start >= bytes ? 'unsatisfiable' : { start, end };
}

async function* read({ path, cut, bytesPerSecond }: FileToServe, start: number, end: number) {
  let left = cut?.afterBytes ?? Number.POSITIVE_INFINITY;
  const chunks: AsyncIterable<Buffer> = createReadStream(path, {
    start,
    end,
    highWaterMark: bytesPerSecond ? 4_096 : 65_536,
  });
  for await (const chunk of chunks) {
    if (bytesPerSecond) await delay((chunk.byteLength / bytesPerSecond) * 1000);
    yield chunk.subarray(0, left);
    left -= chunk.byteLength;
    if (left > 0) continue;
    // What was sent leaves the socket before it is destroyed.
    await delay(20);
    cut?.disconnect();
    return;
  }
}
