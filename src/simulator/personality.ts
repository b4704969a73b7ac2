import type { ApiError } from './api-error.ts';
import type { VideoObject } from './wire.ts';

type Json = Record<string, unknown>;
type Page = { videos: Json[]; hasMore: boolean };

/** How one server in the wild bends the protocol. Each deviation was read in that server's source. */
export type Personality = {
  wireId: (id: string, model: string) => string;
  /** The inverse of `wireId`. */
  ownId: (wireId: string) => string;
  video: (video: VideoObject) => Json;
  error: (error: ApiError) => Json;
  /** null: the server has no list. */
  list: ((page: Page) => Json) | null;
  /** Page size where the client names none. */
  defaultLimit: number;
  removed: (id: string, video: Json) => Json;
  /** DELETE of a job that is not finished: cancels it, lets it run on, or is refused; or there is no DELETE. */
  removal: 'cancels' | 'hides' | 'refuses' | 'none';
  /** HTTP status of a poll of a failed job. */
  failedPollStatus: number;
  /** Answer of /content before the clip is there, and of a failed job. */
  notReady: { status: number; message: (video: VideoObject) => string };
  failedContentStatus: number;
  /** What a create may come as. */
  reads: 'multipart' | 'json' | 'both';
  /** What `?variant=` does: chooses, is passed over, or is refused for all but the video. */
  variants: 'chosen' | 'ignored' | 'refused';
  /** Makes clips of clips, and keeps characters. */
  derives: boolean;
  /** In front of `/v1`. */
  prefix: '' | '/openai';
  /** Where the key is looked for. */
  keyHeader: 'authorization' | 'api-key';
};

const swapPrefix = (own: string, theirs: string) => ({
  wireId: (id: string) => id.replace(own, theirs),
  ownId: (wireId: string) => wireId.replace(theirs, own),
});

const detail = (error: ApiError): Json => ({ detail: error.message });

const openai: Personality = {
  wireId: (id) => id,
  ownId: (wireId) => wireId,
  video: (video) => video,
  error: ({ message, type, param, code }) => ({ error: { message, type, param, code } }),
  list: ({ videos, hasMore }) => ({
    object: 'list',
    data: videos,
    first_id: videos.at(0)?.id ?? null,
    last_id: videos.at(-1)?.id ?? null,
    has_more: hasMore,
  }),
  defaultLimit: 20,
  removed: (id) => ({ id, object: 'video.deleted', deleted: true }),
  removal: 'cancels',
  failedPollStatus: 200,
  notReady: { status: 400, message: () => 'Video is not ready yet, use GET /v1/videos/{video_id} to check status.' },
  failedContentStatus: 400,
  reads: 'both',
  variants: 'chosen',
  derives: true,
  prefix: '',
  keyHeader: 'authorization',
};

const newApiWords: Record<string, string> = { queued: 'NOT_START', in_progress: 'processing' };

export const personalities = {
  /** The protocol, with one kindness: DELETE cancels a job that is not finished, as vLLM-Omni does. */
  openai,
  'openai-strict': { ...openai, removal: 'refuses' },
  'vllm-omni': {
    ...openai,
    ...swapPrefix('video_', 'video_gen_'),
    video: (video) => ({
      ...video,
      progress: video.status === 'completed' ? 100 : 0,
      error: video.error && { ...video.error, code: 500 },
      media_type: 'video/mp4',
    }),
    error: detail,
    defaultLimit: Number.POSITIVE_INFINITY,
    failedPollStatus: 500,
    notReady: { status: 404, message: () => 'Generation is still in-progress' },
    failedContentStatus: 422,
    reads: 'multipart',
    variants: 'ignored',
    derives: false,
  },
  /** Never in_progress; the prompt is not told; a list without cursors; DELETE answers the video. */
  sglang: {
    ...openai,
    video: ({ prompt: _, ...video }) => ({
      ...video,
      status: video.status === 'in_progress' ? 'queued' : video.status,
      progress: video.status === 'completed' ? 100 : 0,
      error: video.error && { message: video.error.message },
      url: null,
    }),
    error: detail,
    list: ({ videos }) => ({ data: videos, object: 'list' }),
    removed: (_, video) => ({ ...video, status: 'deleted' }),
    removal: 'hides',
    notReady: { status: 404, message: () => 'Video is not ready' },
    failedContentStatus: 404,
    variants: 'refused',
    derives: false,
  },
  /** The closest to the protocol of those that render themselves: a failed job is HTTP 200, so that its word counts. */
  fastvideo: {
    ...openai,
    error: detail,
    notReady: { status: 404, message: () => 'Video is not ready' },
    failedContentStatus: 422,
    variants: 'refused',
    derives: false,
  },
  /** Long ids that carry the provider, with the signs of base64 in them. */
  litellm: {
    ...openai,
    wireId: (id, model) =>
      `video_${Buffer.from(`litellm:custom_llm_provider:openai;model_id:${model};video_id:${id}`).toString('base64')}`,
    ownId: (wireId) =>
      Buffer.from(wireId.replace('video_', ''), 'base64')
        .toString('latin1')
        .match(/video_id:(\w+)/)?.[1] ?? wireId,
    removal: 'none',
  },
  /** Status words of its own, a second id, empty fields left out, no list. */
  newapi: {
    ...openai,
    video: (video) => {
      const filled = Object.entries(video).filter(([, value]) => value !== null && value !== 0);
      return { ...Object.fromEntries(filled), task_id: video.id, status: newApiWords[video.status] ?? video.status };
    },
    list: null,
    removal: 'none',
    derives: false,
    notReady: {
      status: 400,
      message: ({ status }) => `Task is not completed yet, current status: ${newApiWords[status] ?? status}`,
    },
  },
  /** JSON alone, with a number for the seconds; neither a list nor a DELETE. */
  llmgateway: { ...openai, list: null, removal: 'none', reads: 'json', derives: false },
  /** Another path, another header for the key, a version in the query, and an envelope of its own. */
  azure: {
    ...openai,
    error: ({ status, message, code }) => ({ error: { code: code ?? String(status), message } }),
    removal: 'refuses',
    prefix: '/openai',
    keyHeader: 'api-key',
  },
} satisfies Record<string, Personality>;

export type PersonalityName = keyof typeof personalities;
