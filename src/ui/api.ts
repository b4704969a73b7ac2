import type {
  CommandAnswer,
  CreateInput,
  DecideBody,
  Envelope,
  FileView,
  Models,
  Page,
  Priority,
  Session,
  Timeline,
  VideoView,
} from './shapes.ts';

/** An answer that is no success: what the error envelope said, or why there was no answer at all (`status` 0). */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string | null;
  /** The field that the message is about. */
  readonly param: string | null;
  /** What was asked for is estimated to cost so much; said where money is the reason. */
  readonly costUsd: number | null;

  constructor(
    status: number,
    message: string,
    code: string | null = null,
    param: string | null = null,
    costUsd: number | null = null,
  ) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
    this.param = param;
    this.costUsd = costUsd;
  }
}

export type ListQuery = {
  status?: 'queued' | 'running' | 'ready' | 'failed' | 'needs_you';
  starred?: 'true';
  q?: string;
  order?: 'asc' | 'desc';
  after?: string;
  limit?: number;
};

const videoPath = (id: string) => `/api/videos/${encodeURIComponent(id)}`;

/** Every route that the studio speaks to. All reject with ApiError. */
export const api = {
  session: (signal?: AbortSignal) => get<Session>('/api/session', signal),
  signIn: (body: { email: string; password: string }) => send<unknown>('POST', '/api/sign-in', body),
  /** The first admin; `token` is that of the printed link. */
  first: (body: { token: string; email: string; password: string }) => send<unknown>('POST', '/api/first', body),
  signOut: () => send<unknown>('POST', '/api/sign-out', {}),
  models: (signal?: AbortSignal) => get<Models>('/api/models', signal),
  videos: (query: ListQuery, signal?: AbortSignal) => get<Page>(`/api/videos${searchOf(query)}`, signal),
  video: (id: string, signal?: AbortSignal) => get<VideoView>(videoPath(id), signal),
  timeline: (id: string, signal?: AbortSignal) => get<Timeline>(`${videoPath(id)}/events`, signal),
  /** `key` makes a repeated click or a lost answer count once. */
  create: (body: CreateInput, key: string) =>
    send<{ videos: VideoView[] }>('POST', '/api/videos', body, { 'idempotency-key': key }),
  star: (id: string, starred: boolean) => send<VideoView>('PATCH', videoPath(id), { starred }),
  /** Only while it waits in our line. */
  prioritize: (id: string, priority: Priority) => send<VideoView>('PATCH', videoPath(id), { priority }),
  /** Looks at the provider now, and says what that brought or why there was nothing to look at. */
  check: (id: string) => command(id, 'check', {}),
  remove: (id: string) => send<unknown>('DELETE', videoPath(id)),
  cancel: (id: string, discard: boolean) => command(id, 'cancel', { discard }),
  retry: (id: string, force: boolean) => command(id, 'retry', { force }),
  collect: (id: string) => command(id, 'collect', {}),
  reset: (id: string) => command(id, 'reset', {}),
  decide: (id: string, body: DecideBody) => command(id, 'decide', body),
  upload: (file: File) => {
    const form = new FormData();
    form.set('file', file);
    return request<FileView>('/api/files', { method: 'POST', body: form });
  },
  /** The picture behind a link; the server fetches it. */
  uploadFrom: (url: string) => send<FileView>('POST', '/api/files', { url }),
  /** The first picture of a clip that came without one. */
  putPoster: (id: string, picture: Blob) =>
    request<unknown>(`${videoPath(id)}/poster`, {
      method: 'PUT',
      headers: { 'content-type': picture.type },
      body: picture,
    }),
};

/** Our own path of a stored file. The cookie opens it; unlike `video_url` it does not run out while the page is open. */
export const contentPath = (id: string, variant?: 'thumbnail' | 'spritesheet') =>
  `${videoPath(id)}/content${variant ? `?variant=${variant}` : ''}`;

/** Our own path of an uploaded picture. */
export const filePath = (id: string) => `/api/files/${encodeURIComponent(id)}/content`;

const command = (id: string, name: string, body: object) =>
  send<CommandAnswer>('POST', `${videoPath(id)}/${name}`, body);

/** Reads one of our routes. */
export const get = <T>(path: string, signal?: AbortSignal) => request<T>(path, { signal });

/** Asks one of our routes to do something. */
export const send = <T>(method: string, path: string, body?: object, headers: Record<string, string> = {}) =>
  request<T>(path, {
    method,
    headers: body ? { 'content-type': 'application/json', ...headers } : headers,
    body: body && JSON.stringify(body),
    // A request on its way is finished even when the page is left.
    keepalive: true,
  });

async function request<T>(path: string, init: RequestInit): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, { credentials: 'same-origin', ...init });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new ApiError(0, 'The server cannot be reached. Try again in a moment.', 'unreachable');
  }
  const text = await response.text();
  const body = parse(text);
  if (!response.ok) throw errorOf(response.status, body);
  if (text && body === undefined) throw new ApiError(response.status, 'The server gave an answer that is no JSON.');
  return body as T;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function errorOf(status: number, body: unknown): ApiError {
  const error = (body as { error?: Partial<Envelope> } | undefined)?.error;
  const message = error?.message ?? `The server answered ${status}.`;
  return new ApiError(status, message, error?.code ?? null, error?.param ?? null, error?.cost_usd ?? null);
}

/** `?a=1&b=2` of what is set; empty where nothing is. */
export function searchOf(query: Record<string, string | number | undefined>): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) params.set(name, String(value));
  return params.size ? `?${params}` : '';
}
