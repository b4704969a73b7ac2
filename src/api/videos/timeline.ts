import type { Timeline } from '#api/wire.ts';
import type { StoredEvent } from '#engine/system.ts';
import type { EventType } from '#video/lifecycle.ts';
import type { JsonObject } from '#video/video.ts';

/** What happened to a video, for people. Only what is written here leaves the house: raw answers do not. */
export const timelineOf = (events: StoredEvent[]): Timeline['events'] =>
  events.map(({ cursor, at, type, actor, stateBefore, stateAfter, data }) => ({
    id: cursor,
    at: at.toISOString(),
    type,
    text: sentenceOf(type, data),
    actor: { type: actor.type, ...(actor.id && { id: actor.id }) },
    state_before: stateBefore,
    state_after: stateAfter,
    data,
  }));

/** An event in words. */
export const sentenceOf = (type: string, data: JsonObject): string =>
  Object.hasOwn(sentences, type) ? sentences[type as EventType](data) : type;

const quoted = (value: unknown) => (typeof value === 'string' && value !== '' ? ` “${value}”` : '');
const because = (value: unknown) => (typeof value === 'string' && value !== '' ? `: ${value}` : '.');

const sentences: Record<EventType, (data: JsonObject) => string> = {
  created: (data) => (data.again ? 'Asked for again, as a new take.' : 'Asked for.'),
  submitting: (data) =>
    Number(data.attempt) > 1 ? `Sent to the provider, try ${data.attempt}.` : 'Sent to the provider.',
  unsent: (data) => `The provider could not be reached; nothing was sent${because(data.message)}`,
  limited: () => 'The provider has no room right now; nothing was billed. We send it again later.',
  accepted: () => 'The provider accepted it.',
  rejected: (data) => `The provider refused it${because(data.message)}`,
  unclear: (data) => `Sent, but the answer was lost${because(data.message)}`,
  listed: () => 'Looked through the provider’s list; it is not there so far.',
  adopted: () => 'Found at the provider; it goes on.',
  conflict: () => 'The job that was found belongs to another take; we look on.',
  needs_decision: () => 'Neither found nor ruled out at the provider: a person decides.',
  progress: (data) => (data.queued ? 'It waits in the provider’s queue.' : `Rendering, ${data.progress ?? 0} %.`),
  trouble: (data) => `The provider gave no usable answer${because(data.message)}`,
  missing: () => 'The provider says that it does not know this job. We ask again before we believe it.',
  overdue: () => 'Past its deadline; we keep looking.',
  rendered: (data) =>
    data.uncalled
      ? 'Rendered; found by a look, since the provider did not call. Copying the file.'
      : data.late
        ? 'Rendered after all; the late clip is kept.'
        : 'Rendered; copying the file.',
  download_failed: (data) => `The file could not be copied; we try again${because(data.message ?? data.reason)}`,
  stored: () => 'Saved to your library.',
  clip_deleted: () => 'Its time was up: the clip was deleted. The take stays.',
  poster_added: () => 'A browser that played it drew its poster.',
  failed: (data) => `Failed${because(data.message)}`,
  canceled: (data) => (data.discarded ? 'Canceled; the clip that came was thrown away.' : 'Canceled.'),
  canceling: () => 'Cancel asked for.',
  cancel_refused: () => 'The provider cannot stop it; it will finish.',
  cancel_requested: () => 'Cancel asked for; it is done as soon as we know the provider’s number for it.',
  retried: (data) => (data.automatic ? `Tried again by itself${because(data.message)}` : 'Tried again.'),
  called: () => 'The provider called; we look.',
  fell_back: (data) => `Moved from ${data.from} to ${data.to}; nothing was paid${because(data.why)}`,
  reset: () => 'Reset: we look at the provider again.',
  collect_again: () => 'Copying the file again.',
  keep_looking: () => 'Decided: keep looking.',
  given_up: () => 'We stopped looking; a late clip is still kept.',
  deadline_extended: () => 'An operator gave it more time.',
  requeued: () => 'An operator put it back in the queue.',
  check_asked: () => 'An operator asked for a look.',
  priority_changed: (data) => `Its priority is now ${data.priority}.`,
  provider_paused: (data) => `The provider ${data.provider} was paused: nothing is sent to it.`,
  circuit_opened: (data) =>
    data.starts_only
      ? `The provider ${data.provider} gave unclear answers: nothing is sent to it until it answers.`
      : `The provider ${data.provider} does not answer: it is left alone until it does.`,
  circuit_closed: (data) => `The provider ${data.provider} answers again.`,
  provider_resumed: (data) => `The provider ${data.provider} goes on.`,
  cap_changed: (data) =>
    `The daily cap of ${data.owner ?? 'everybody without an own one'} is now ${data.cap_usd === null ? 'none' : data.cap_usd === 'default' ? 'the default' : `$${data.cap_usd}`}.`,
  owner_limits_changed: (data) =>
    `${data.owner} may run ${data.max_running ?? 'the usual number'} at once, and queue ${data.max_queued ?? 'the usual number'}.`,
  invited: (data) => `${data.email ?? 'Somebody'} was invited as ${data.role}.`,
  invite_revoked: () => 'An invite was taken back.',
  person_joined: (data) => `${data.name} came in${data.by === 'invite' ? ' by an invite' : ' by Supabase'}.`,
  role_changed: (data) => `${data.name} is ${data.role} now.`,
  person_disabled: (data) => `${data.name} may not come in any more.`,
  person_enabled: (data) => `${data.name} may come in again.`,
  person_removed: (data) => `${data.name} was removed; the videos stay.`,
  key_made: (data) => `The API key ${data.name} was made.`,
  key_revoked: (data) => `The API key ${data.name} was revoked.`,
  provider_saved: (data) =>
    `The provider ${data.provider} was set up${data.key === 'set' ? ', with a new key' : data.key === 'none' ? ', without a key' : ''}.`,
  provider_tested: (data) =>
    `The provider ${data.provider} was tested for free: ${data.outcome === 'ok' ? 'it answers' : String(data.outcome).replaceAll('_', ' ')}.`,
  provider_removed: (data) => `The provider ${data.provider} was removed, and its keys with it.`,
  default_model_changed: (data) => `The default model is now ${data.model ?? 'the test pattern'}.`,
  aliases_changed: () => 'The aliases of models were changed.',
  fallbacks_changed: () => 'The models to fall back to were changed.',
  webhook_created: (data) => `The webhook ${data.name} to ${data.host} was made.`,
  webhook_changed: (data) => `The webhook ${data.name} to ${data.host} was changed.`,
  webhook_removed: (data) => `The webhook ${data.name} to ${data.host} was removed.`,
  webhook_rotated: (data) => `The webhook ${data.name} to ${data.host} got a new secret.`,
  webhook_paused: (data) =>
    `The webhook ${data.name} to ${data.host} was paused: ${data.why === 'gone' ? 'it answered that it is gone' : 'nothing arrived there for too long'}.`,
  webhook_resumed: (data) => `The webhook ${data.name} to ${data.host} goes on; what was held is sent.`,
  deleted: () => 'Deleted.',
  poisoned: (data) => `A step could not be written down; it rests for an hour${quoted(data.message)}.`,
};
