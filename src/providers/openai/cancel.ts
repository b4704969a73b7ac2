import { readError } from '#providers/answers/api-error.ts';
import { isReply, noAnswer } from '#providers/answers/reply.ts';
import type { NoAnswer } from '#video/answer.ts';
import { ask, type Connection, pathOf } from './client.ts';
import { readVideo, stateOf } from './wire.ts';

const temporary = new Set([401, 402, 403, 408, 425, 429]);

/**
 * DELETE is all that the protocol has. OpenAI's own server refuses it for unfinished jobs; vLLM-Omni and FastVideo
 * cancel; SGLang forgets the job and answers the video with `status: "deleted"`.
 */
export async function cancel(
  connection: Connection,
  upstreamId: string,
  signal: AbortSignal,
): Promise<'canceled' | 'refused' | NoAnswer> {
  const reply = await ask(connection, pathOf(upstreamId), signal, 'DELETE');
  if (!isReply(reply)) return reply;
  if (reply.status >= 200 && reply.status < 300) {
    const status = readVideo(reply.json)?.status;
    return !status || stateOf(status) === 'canceled' ? 'canceled' : 'refused';
  }
  if (reply.status >= 500 || reply.status < 400 || temporary.has(reply.status)) {
    return noAnswer(reply, connection.redact);
  }
  // vLLM-Omni: 409 "Cancellation in progress" when it was asked before.
  if (reply.status === 409 && /cancell?ation in progress/i.test(readError(reply.json)?.message ?? ''))
    return 'canceled';
  return 'refused';
}
