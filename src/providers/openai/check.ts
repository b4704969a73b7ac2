import { classify } from '#providers/answers/classify.ts';
import type { Redact } from '#providers/answers/redact.ts';
import { isApiShaped, isReply, noAnswer, type Reply } from '#providers/answers/reply.ts';
import type { Answer } from '#video/answer.ts';
import { ask, type Connection, pathOf } from './client.ts';
import { isVideo, readVideo, stateOf, type VideoBody } from './wire.ts';

/** Looks at one job. */
export async function check(connection: Connection, upstreamId: string, signal: AbortSignal): Promise<Answer> {
  const reply = await ask(connection, pathOf(upstreamId), signal);
  return isReply(reply) ? interpret(reply, upstreamId, connection.redact) : reply;
}

/**
 * The body comes before the HTTP status: vLLM-Omni answers a failed job with 4xx or 5xx, and the video as the body.
 * Without a video that is recognised nothing is a verdict; an API-shaped 404 says that the job is not known.
 */
export function interpret(reply: Reply, upstreamId: string, redact: Redact): Answer {
  const video = readVideo(reply.json);
  if (video?.status && recognises(video, upstreamId)) return verdict(video, video.status, reply, redact);
  if (reply.status === 404 && isApiShaped(reply)) return { kind: 'missing', raw: redact.json(reply.json) };
  return noAnswer(reply, redact);
}

export const recognises = (video: VideoBody, upstreamId: string): boolean =>
  isVideo(video) || video.ids.includes(upstreamId);

function verdict(video: VideoBody, status: string, reply: Reply, redact: Redact): Answer {
  const raw = redact.json(reply.json);
  const state = stateOf(status);
  switch (state) {
    case 'completed':
      return { kind: 'completed', renderMs: renderMsOf(video), raw };
    case 'canceled':
      return { kind: 'canceled', raw };
    case 'expired':
      return { kind: 'failed', code: 'expired', message: 'The provider says that the job has expired.', raw };
    case 'failed': {
      const message = video.error?.message ?? video.error?.code ?? 'The provider gave no reason.';
      return { kind: 'failed', code: classify(video.error, null), message: redact.text(message), raw };
    }
    default:
      return { kind: 'running', queued: state === 'queued', progress: video.progress, raw };
  }
}

function renderMsOf({ createdAt, completedAt }: VideoBody): number | null {
  if (!createdAt || !completedAt) return null;
  const ms = completedAt.getTime() - createdAt.getTime();
  return ms > 0 ? ms : null;
}
