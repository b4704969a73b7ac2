import type { FailureCode } from '#video/failure.ts';
import type { ApiError } from './api-error.ts';

/** Looked for in code and type, which are made for programs. */
const byCode: [RegExp, FailureCode][] = [
  [/moderation|content_?(policy|filter)|safety|policy_violation|nsfw|sensitive/i, 'moderation'],
  [/billing|quota|insufficient_?(balance|credit|fund|user_quota)|payment/i, 'quota'],
  [/invalid_?api_?key|authentication|unauthori[sz]ed|permission|forbidden|access_denied/i, 'auth'],
  [/capacity|overloaded|server_busy/i, 'capacity'],
  [/server_error|internal|processing|timeout|unavailable|generation_failed/i, 'provider_error'],
  [/invalid|unsupported|validation|bad_request|not_found|missing/i, 'invalid_request'],
];

/** Looked for in words made for people: only what cannot be said by accident. */
const byMessage: [RegExp, FailureCode][] = [
  [
    /moderation|flagged as sensitive|content[_ ]policy|safety (system|filter|polic)|violat\w+ (our|the|content)/i,
    'moderation',
  ],
  [/billing|exceeded your (current )?quota|(insufficient|exhausted) (balance|credit|fund)/i, 'quota'],
  // Google and xAI answer a wrong key with 400.
  [/(incorrect|invalid) api key|api key not (valid|found)/i, 'auth'],
];

/** The failure code of a job's error or of a refused create; `httpStatus` null = the job failed on its own. */
export function classify(error: ApiError | null, httpStatus: number | null): FailureCode {
  const code = error?.code ?? '';
  const status = httpStatus ?? (/^[45]\d\d$/.test(code) ? Number(code) : null);
  const words = `${code} ${error?.type ?? ''}`;
  const message = error?.message ?? '';
  const told = byCode.slice(0, 4).find(([pattern]) => pattern.test(words)) ?? byMessage.find(([p]) => p.test(message));
  if (told) return told[1];
  if (status === 402) return 'quota';
  if (status === 401 || status === 403) return 'auth';
  if (status !== null) return status < 500 ? 'invalid_request' : 'provider_error';
  const guessed = byCode.slice(4).find(([pattern]) => pattern.test(words));
  if (guessed) return guessed[1];
  return message || code ? 'provider_error' : 'unclassified';
}
