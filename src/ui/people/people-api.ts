import type { z } from 'zod';
import type * as wire from '#api/people/wire.ts';
import type { InviteView, PersonView, SessionView } from '#api/people/wire.ts';
import type { LimitsView } from '#api/usage/wire.ts';
import { get, searchOf, send } from '#ui/api.ts';

export type { InviteView, PersonView, Role, SessionView } from '#api/people/wire.ts';

export type InviteMade = z.infer<typeof wire.inviteMadeSchema>;
export type JoinOffer = z.infer<typeof wire.joinOfferSchema>;
export type OwnerLimitsPatch = {
  owner: string;
  daily_cap_usd?: number | null | 'default';
  max_running?: number | 'default';
  max_queued?: number | 'default';
};

const personPath = (id: string) => `/api/people/${encodeURIComponent(id)}`;

/** The routes of people, invites, sessions and passwords. All reject with ApiError. */
export const peopleApi = {
  people: (signal?: AbortSignal) => get<{ people: PersonView[] }>('/api/people', signal),
  change: (id: string, body: z.input<typeof wire.personPatchSchema>) => send<PersonView>('PATCH', personPath(id), body),
  remove: (id: string) => send<unknown>('DELETE', personPath(id)),
  invites: (signal?: AbortSignal) => get<{ invites: InviteView[] }>('/api/invites', signal),
  invite: (body: z.input<typeof wire.invitePostSchema>) => send<InviteMade>('POST', '/api/invites', body),
  revokeInvite: (id: string) => send<unknown>('DELETE', `/api/invites/${encodeURIComponent(id)}`),
  look: (token: string) => send<JoinOffer>('POST', '/api/join/look', { token }),
  join: (body: z.input<typeof wire.joinSchema>) => send<unknown>('POST', '/api/join', body),
  sessions: (signal?: AbortSignal) => get<{ sessions: SessionView[] }>('/api/sessions', signal),
  /** All but this one without an id. */
  endSession: (id: string | null) =>
    send<unknown>('DELETE', id === null ? '/api/sessions' : `/api/sessions/${encodeURIComponent(id)}`),
  password: (body: z.input<typeof wire.passwordPostSchema>) => send<unknown>('POST', '/api/password', body),
  limits: (owner: string, signal?: AbortSignal) => get<LimitsView>(`/api/limits${searchOf({ owner })}`, signal),
  setLimits: (body: OwnerLimitsPatch) => send<LimitsView>('PATCH', '/api/limits', body),
};
