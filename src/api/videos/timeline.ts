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
  rendered: (data) => (data.late ? 'Rendered after all; the late clip is kept.' : 'Rendered; copying the file.'),
  download_failed: (data) => `The file could not be copied; we try again${because(data.message ?? data.reason)}`,
  stored: () => 'Saved to your library.',
  failed: (data) => `Failed${because(data.message)}`,
  canceled: (data) => (data.discarded ? 'Canceled; the clip that came was thrown away.' : 'Canceled.'),
  canceling: () => 'Cancel asked for.',
  cancel_refused: () => 'The provider cannot stop it; it will finish.',
  cancel_requested: () => 'Cancel asked for; it is done as soon as we know the provider’s number for it.',
  retried: (data) => (data.automatic ? `Tried again by itself${because(data.message)}` : 'Tried again.'),
  reset: () => 'Reset: we look at the provider again.',
  collect_again: () => 'Copying the file again.',
  keep_looking: () => 'Decided: keep looking.',
  given_up: () => 'We stopped looking; a late clip is still kept.',
  deadline_extended: () => 'An operator gave it more time.',
  requeued: () => 'An operator put it back in the queue.',
  check_asked: () => 'An operator asked for a look.',
  priority_changed: (data) => `Its priority is now ${data.priority}.`,
  provider_paused: (data) => `The provider ${data.provider} was paused: nothing is sent to it.`,
  provider_resumed: (data) => `The provider ${data.provider} goes on.`,
  deleted: () => 'Deleted.',
  poisoned: (data) => `A step could not be written down; it rests for an hour${quoted(data.message)}.`,
};
