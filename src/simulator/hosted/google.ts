import { randomBytes } from 'node:crypto';
import type { Hono } from 'hono';
import { ApiError } from '../api-error.ts';
import type { Job } from '../job.ts';
import type { Jobs } from '../jobs.ts';
import type { Env } from '../misbehaviour.ts';
import {
  createService,
  findJob,
  imageOf,
  originOf,
  pixelsOf,
  readJson,
  requestOf,
  type ServiceOptions,
  secondsOf,
} from './service.ts';

/** google.rpc.Code by HTTP status, where it is not UNKNOWN. */
const rpc: Record<number, string> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
};

const blocked =
  'The prompt could not be submitted. This prompt contains words that violate our usage guidelines. Please rephrase the prompt.';

function words({ status, code, message }: ApiError) {
  const reason = code && { details: [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: code }] };
  const text = code === 'moderation_blocked' ? blocked : message;
  const known = code === 'API_KEY_INVALID' ? reason : null;
  return { error: { code: status, message: text, status: rpc[status] ?? 'UNKNOWN', ...known } };
}

/** Both shapes in which an operation of Veo ends without a video. */
function endOf(jobs: Jobs, job: Job, origin: string) {
  const { status, error } = jobs.view(job);
  if (status === 'completed') {
    const uri = `${origin}/google/v1beta/files/${job.id}:download?alt=media`;
    return { response: responseOf({ generatedSamples: [{ video: { uri } }] }) };
  }
  if (job.faults.fail?.name === 'filtered') {
    const reason =
      "Sorry, we can't create videos with content that violates our guidelines. You have not been charged for this request.";
    return { response: responseOf({ raiMediaFilteredCount: 1, raiMediaFilteredReasons: [reason] }) };
  }
  if (error?.code === 'moderation_blocked') return { error: { code: 3, message: blocked } };
  return { error: { code: error?.code === 'aborted' ? 10 : 13, message: error?.message ?? 'Internal error.' } };
}

const responseOf = (generateVideoResponse: object) => ({
  '@type': 'type.googleapis.com/google.ai.generativelanguage.v1beta.PredictLongRunningResponse',
  generateVideoResponse,
});

/** generativelanguage.googleapis.com. It has neither a cancel, nor a list, nor a webhook for Veo. */
export function createGoogle(options: ServiceOptions): Hono<Env> {
  const { jobs, misbehaviour } = options;
  const app = createService(options, {
    keyOf: (c) => c.req.header('x-goog-api-key') ?? c.req.query('key'),
    // A wrong key is a bad request here; none at all is a forbidden one.
    refusal: (given) =>
      given
        ? new ApiError(400, 'API key not valid. Please pass a valid API key.', { code: 'API_KEY_INVALID' })
        : new ApiError(
            403,
            "Method doesn't allow unregistered callers. Please use API Key or other form of API consumer identity.",
          ),
    words,
    moderationStatus: 400,
    open: /^\/google\/download\//,
  });
  const find = (id: string | undefined) => findJob(jobs, 'google', id, () => new ApiError(404, 'Operation not found.'));

  app.get('/v1beta/models', (c) =>
    c.json({
      models: ['veo-3.1-generate-preview', 'veo-3.1-fast-generate-preview'].map((name) => ({
        name: `models/${name}`,
        displayName: name,
        supportedGenerationMethods: ['predictLongRunning'],
      })),
    }),
  );

  app.post('/v1beta/models/:call', async (c) => {
    const [, model] = /^(.+):predictLongRunning$/.exec(c.req.param('call')) ?? [];
    if (model === undefined) throw new ApiError(404, 'Not Found');
    if (!model.startsWith('veo-')) {
      throw new ApiError(
        404,
        `models/${model} is not found for API version v1beta, or is not supported for predictLongRunning.`,
      );
    }
    const read = async () => {
      const body = await readJson(c);
      const [instance] = Array.isArray(body.instances) ? body.instances : [];
      const { prompt, image } = Object(instance);
      const { aspectRatio = '16:9', resolution = '720p', durationSeconds } = Object(body.parameters);
      if (typeof prompt !== 'string' || !prompt) throw new ApiError(400, '`prompt` must be specified.');
      const pixels = pixelsOf(String(resolution), String(aspectRatio));
      if (!pixels) throw new ApiError(400, `resolution ${resolution} or aspectRatio ${aspectRatio} is not supported.`);
      const firstFrame = imageOf(image?.bytesBase64Encoded);
      if (firstFrame === null) throw new ApiError(400, 'Unable to process the input image.');
      const seconds = secondsOf(durationSeconds, 8);
      const input = { ...Object(instance), ...Object(body.parameters) };
      return requestOf(c, { api: 'google', id: idOf(), prompt, model, pixels, seconds, image: firstFrame, input });
    };
    const job = await misbehaviour.create(read, c.req.header('idempotency-key') ?? null, false);
    return c.json({ name: nameOf(job) });
  });

  app.get('/v1beta/models/:model/operations/:id', (c) => {
    const job = find(c.req.param('id'));
    return misbehaviour.poll(c, job, () => {
      const { status } = jobs.view(job);
      if (status === 'queued' || status === 'in_progress') return { body: { name: nameOf(job) } };
      return { body: { name: nameOf(job), done: true, ...endOf(jobs, job, originOf(c)) } };
    });
  });

  app.get('/v1beta/files/:file', (c) => {
    const job = find(c.req.param('file').replace(/:download$/, ''));
    if (jobs.view(job).status !== 'completed') throw new ApiError(404, 'File not found.');
    if (jobs.isExpired(job)) {
      throw new ApiError(403, 'You do not have permission to access the File, or it may not exist.');
    }
    return c.redirect(`${originOf(c)}/google/download/${job.id}?alt=media`, 302);
  });

  app.get('/download/:id', (c) => misbehaviour.download(c, find(c.req.param('id')), 'video'));

  return app;
}

const nameOf = ({ model, id }: Job) => `models/${model}/operations/${id}`;
const idOf = () => randomBytes(6).toString('hex');
