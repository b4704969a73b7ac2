/** Faults on demand: a directive such as `[http:503x3]` in a prompt makes its job misbehave. */

/** "failed" as the job's own verdict, or as a refusal of the create. */
export const failures = {
  moderation: { code: 'moderation_blocked', message: 'Your request was blocked by our moderation system.' },
  provider: { code: 'server_error', message: 'The video could not be generated.' },
  filtered: { code: 'moderation_blocked', message: 'The video was made, and held back by our safety filters.' },
  aborted: { code: 'aborted', message: 'The job was aborted before it was done.' },
} as const;
type FailureName = keyof typeof failures;

const failureName = (text = ''): FailureName => (Object.hasOwn(failures, text) ? (text as FailureName) : 'moderation');
const secondsToMs = (text: string | undefined) => Number(text) * 1000;

/**
 * One row per directive: what may stand behind the colon (no pattern: nothing), how it is read, and what it does, for
 * `docs/simulator.md`. `times` counts are used up, and stay used up over a restart where the job exists.
 */
export const directives = {
  fail: {
    argument: /^(moderation|provider|filtered|aborted)(?: ?x(\d+))?$/,
    read: (m: string[]) => ({ name: failureName(m[1]), jobs: Number(m[2] ?? Number.POSITIVE_INFINITY) }),
    example: '[fail:moderation]',
    effect:
      'The job fails after 40 % (`moderation_blocked`, or `server_error` with `[fail:provider]`); with `[fail:moderation x1]` only the first job of equal requests, so that a retry helps. `[fail:filtered]` and `[fail:aborted]`: in the words that hosted services have for it.',
  },
  reject: {
    argument: /^(moderation|provider)$/,
    read: (m: string[]) => failureName(m[1]),
    example: '[reject:moderation]',
    effect: 'The create answers 400 with that code; no job.',
  },
  stall: {
    argument: /^(\d{1,2})$/,
    read: (m: string[]) => Number(m[1]),
    example: '[stall:99]',
    effect: 'Progress reaches this percent and stays there for ever.',
  },
  queue: {
    argument: /^(\d+(?:\.\d+)?)$/,
    read: (m: string[]) => secondsToMs(m[1]),
    example: '[queue:30]',
    effect: 'Seconds in the queue, whatever the speed.',
  },
  render: {
    argument: /^(\d+(?:\.\d+)?)$/,
    read: (m: string[]) => secondsToMs(m[1]),
    example: '[render:20]',
    effect: 'Seconds from the end of the queue to the finished clip, whatever the speed.',
  },
  hang: {
    argument: /^(\d+(?:\.\d+)?)$/,
    read: (m: string[]) => secondsToMs(m[1]),
    example: '[hang:5]',
    effect: 'The job is created at once; the create answers after so many seconds.',
  },
  'lose-response': {
    argument: /^(?:x?(\d+))?$/,
    read: (m: string[]) => Number(m[1] ?? Number.POSITIVE_INFINITY),
    example: '[lose-response]',
    effect:
      'The job is created, then the connection is cut before the answer. A replay with the same key is answered; with `[lose-response:1]` so is the second of equal requests.',
  },
  'lose-request': {
    argument: /^(?:x?(\d+))?$/,
    read: (m: string[]) => Number(m[1] ?? 1),
    example: '[lose-request]',
    effect: 'The connection is cut and no job is created; the first time, or the first n with `[lose-request:n]`.',
  },
  'create-http': {
    argument: /^(\d{3})(\+job)?(?:x(\d+))?$/,
    read: (m: string[]) => ({
      status: Number(m[1]),
      job: m[2] !== undefined,
      times: Number(m[3] ?? Number.POSITIVE_INFINITY),
    }),
    example: '[create-http:503]',
    effect:
      'The create answers this status and makes no job; with `503+job` it makes one; `503x2`: the first two times only.',
  },
  http: {
    argument: /^(\d{3})(?:x(\d+))?$/,
    read: (m: string[]) => ({ status: Number(m[1]), times: Number(m[2] ?? 1) }),
    example: '[http:503x3]',
    effect: 'The next polls of the job answer this status: 429 with `retry-after: 1`, 502 as an HTML page.',
  },
  'retry-after': {
    argument: /^(\d{1,5})$/,
    read: (m: string[]) => Number(m[1]),
    example: '[retry-after:90]',
    effect: 'The statuses of `[http:…]` and `[create-http:…]` come with `retry-after` and so many seconds.',
  },
  garble: {
    argument: /^(?:x?(\d+))?$/,
    read: (m: string[]) => Number(m[1] ?? 1),
    example: '[garble]',
    effect: 'The first poll (the first n with `[garble:n]`) answers 200 with JSON that ends in the middle.',
  },
  status: {
    argument: /^([\w-]{1,40})$/,
    read: (m: string[]) => m[1] ?? '',
    example: '[status:processing]',
    effect: 'This status word while the job is running.',
  },
  progress: {
    argument: /^(back|none)$/,
    read: (m: string[]) => m[1],
    example: '[progress:back]',
    effect:
      'Progress falls by 20 for a while in the second half; with `[progress:none]` it is missing from every answer.',
  },
  cut: {
    argument: /^(\d+)$/,
    read: (m: string[]) => Number(m[1]),
    example: '[cut:1000]',
    effect: 'The first download of the clip breaks off after so many bytes.',
  },
  slow: {
    argument: /^(\d+)k$/,
    read: (m: string[]) => Number(m[1]) * 1000,
    example: '[slow:50k]',
    effect: 'Downloads run at so many kB per second.',
  },
  'not-video': {
    argument: /^(?:x?(\d+))?$/,
    read: (m: string[]) => Number(m[1] ?? Number.POSITIVE_INFINITY),
    example: '[not-video]',
    effect: 'The content is an HTML page with status 200; with `[not-video:n]` the first n downloads of the clip.',
  },
  array: {
    read: () => true,
    example: '[array]',
    effect: 'The result is a list of URLs where a single one is usual (Replicate).',
  },
  webhook: {
    argument: /^(twice|never)$/,
    read: (m: string[]) => m[1],
    example: '[webhook:twice]',
    effect: 'The webhook is called twice with the same message, or with `[webhook:never]` not at all.',
  },
  forget: {
    read: () => true,
    example: '[forget]',
    effect: 'After the first poll the job is unknown: 404 for ever, and gone from the list.',
  },
  expire: {
    read: () => true,
    example: '[expire]',
    effect: 'The clip expires the moment it is completed: the content answers 404 `video_expired`.',
  },
} satisfies Record<string, { argument?: RegExp; read: (match: string[]) => unknown; example: string; effect: string }>;

type Directives = typeof directives;
export type DirectiveName = keyof Directives;

/** What a prompt asks for, by directive. */
export type Faults = { [Name in DirectiveName]?: ReturnType<Directives[Name]['read']> };

const shape = /\[([a-z-]+)(?::([^\][]*))?\]/g;

/**
 * Reads the directives of a prompt. Anything in brackets that is not a directive with a proper argument is ordinary text.
 * `text` is the prompt without its directives: what the picture shows.
 */
export function readFaults(prompt: string): { faults: Faults; text: string } {
  const found: Record<string, unknown> = {};
  const text = prompt.replace(shape, (whole, name: string, argument: string | undefined) => {
    if (!Object.hasOwn(directives, name)) return whole;
    const directive: { argument?: RegExp; read: (match: string[]) => unknown } = directives[name as DirectiveName];
    const match = (directive.argument ?? /^$/).exec(argument ?? '');
    if (!match) return whole;
    found[name] = directive.read(match);
    return '';
  });
  return { faults: found as Faults, text: text.replace(/\s+/g, ' ').trim() };
}
