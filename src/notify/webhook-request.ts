import { Webhook } from 'standardwebhooks';
import type { DueDelivery, Tried } from '#engine/webhooks.ts';
import { type Response, type SafeFetch, UnsafeUrl } from '#net/safe-fetch.ts';

const timeoutMs = 10_000;
const mostAnswerBytes = 2_048;

export type Message = Pick<DueDelivery, 'eventId' | 'type' | 'data' | 'at' | 'url' | 'secrets'> & {
  videoId: string | null;
};

/** What goes over the wire: the envelope of OpenAI's events, whose `data` names the video and leaves the rest to a GET. */
export const bodyOf = ({ eventId, type, data, at, videoId }: Message): string =>
  JSON.stringify({
    id: eventId,
    object: 'event',
    created_at: Math.floor(at.getTime() / 1_000),
    type,
    data: { ...(videoId && { id: videoId }), ...data },
  });

/** One try, without redirects: a POST signed with every valid secret, as Standard Webhooks has it. Throws nothing. */
export async function post(
  fetch: SafeFetch,
  message: Message,
  { now, userAgent, signal }: { now: Date; userAgent: string; signal: AbortSignal },
): Promise<Tried> {
  if (message.secrets.length === 0) {
    return failed('its secret was sealed with another DAILIES_SECRET: rotate it');
  }
  const body = bodyOf(message);
  const patience = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(message.url, {
      method: 'POST',
      body,
      headers: {
        'content-type': 'application/json',
        'accept-encoding': 'identity',
        'user-agent': userAgent,
        'webhook-id': message.eventId,
        'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
        'webhook-signature': message.secrets
          .map((secret) => new Webhook(secret).sign(message.eventId, now, body))
          .join(' '),
      },
      signal: AbortSignal.any([patience, signal]),
    });
    // What counts is the status; an answer that breaks off, or never ends, changes nothing.
    const answer = await beginningOf(response).catch(() => null);
    const { status } = response;
    return { status, answer, error: errorOf(status) };
  } catch (error) {
    if (patience.aborted) return failed(`no answer within ${timeoutMs / 1_000} s`);
    if (error instanceof UnsafeUrl) return failed(`not sent: ${error.message}`);
    return failed(reasonOf(error));
  }
}

const failed = (error: string): Tried => ({ status: null, error, answer: null });

function errorOf(status: number): string | null {
  if (status >= 200 && status < 300) return null;
  return status >= 300 && status < 400 ? 'it leads elsewhere; redirects are not followed' : `it answered ${status}`;
}

async function beginningOf(response: Response): Promise<string | null> {
  if (!response.body) return null;
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    chunks.push(chunk);
    bytes += chunk.length;
    // Leaving the loop cancels the rest.
    if (bytes >= mostAnswerBytes) break;
  }
  return Buffer.concat(chunks).subarray(0, mostAnswerBytes).toString('utf8') || null;
}

const reasons: Record<string, string> = {
  ECONNREFUSED: 'nobody listens there',
  ECONNRESET: 'the connection broke off',
  ENOTFOUND: 'the host is not known',
  EAI_AGAIN: 'the host could not be looked up',
  ETIMEDOUT: 'it could not be reached',
  UND_ERR_CONNECT_TIMEOUT: 'it could not be reached',
  UND_ERR_SOCKET: 'the connection broke off',
};

/** By its code alone: the texts of errors name addresses. */
function reasonOf(error: unknown): string {
  const codes = [error, (error as { cause?: unknown }).cause].map(
    (one) => (one as { code?: string } | undefined)?.code,
  );
  const code = codes.find((one) => one !== undefined) ?? '';
  return reasons[code] ?? (/CERT|TLS|SSL/.test(code) ? 'its certificate is not valid' : 'it could not be reached');
}
