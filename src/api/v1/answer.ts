import type { Context } from 'hono';
import type { Api, Env } from '#api/context.ts';
import { noSuchVideo } from '#api/errors.ts';
import { look } from '#api/videos/look.ts';
import type { Submitted } from '#engine/submit.ts';
import type { Video } from '#video/video.ts';
import { asCreated, pollAfterMs, videoObject } from './video-object.ts';

/** How the body of a create may come, for the description of its route. */
export const formOrJson = <S>(schema: S) => ({
  content: { 'multipart/form-data': { schema }, 'application/json': { schema } },
  required: true,
});

/** The video of a create; where the create came before, as it was answered then. */
export async function answerCreated(api: Api, c: Context<Env>, submitted: Submitted): Promise<Response> {
  const [id = ''] = submitted.ids;
  // Who asks for it next is its first watcher; the sweep has been told of it already.
  if (!submitted.replayed && !api.wake) await look(api, id);
  const details = await api.system.store.get(id, null);
  if (!details) throw noSuchVideo();
  const { video } = details;
  tellSubstituted(c, video);
  c.header('openai-poll-after-ms', String(pollAfterMs(video, api.system.clock.now())));
  return c.json(submitted.replayed ? asCreated(video) : videoObject(video, api.settings.retentionMs));
}

/** What we changed of the wish. Headers are ASCII. */
export function tellSubstituted(c: Context<Env>, { warnings }: Video): void {
  if (warnings.length > 0) c.header('x-dailies-substituted', warnings.join('; ').replace(/[^\x20-\x7e]/g, '?'));
}
