'use client';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { peopleApi } from './people-api.ts';

export const usePeople = () => useQuery({ queryKey: ['people'], queryFn: ({ signal }) => peopleApi.people(signal) });
export const useInvites = () => useQuery({ queryKey: ['invites'], queryFn: ({ signal }) => peopleApi.invites(signal) });
export const useSessions = () =>
  useQuery({ queryKey: ['sessions'], queryFn: ({ signal }) => peopleApi.sessions(signal) });
/** Of one owner, for an admin. */
export const useLimitsOf = (owner: string) =>
  useQuery({ queryKey: ['limits', owner], queryFn: ({ signal }) => peopleApi.limits(owner, signal) });

/** Changes something, and reads again what hangs on it. */
function useChange<Input, Answer>(change: (input: Input) => Promise<Answer>, ...reads: string[]) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSettled: () => {
      for (const name of reads) client.invalidateQueries({ queryKey: [name] });
    },
  });
}

type PersonChange = Parameters<typeof peopleApi.change>[1];
/** One's own role may be what changes: what this person sees follows. */
export const useChangePerson = (id: string) =>
  useChange((body: PersonChange) => peopleApi.change(id, body), 'people', 'session', 'keys');
export const useRemovePerson = (id: string) => useChange(() => peopleApi.remove(id), 'people', 'session', 'keys');
/** The answer holds the link, this once. */
export const useInvite = () => useChange(peopleApi.invite, 'invites');
export const useRevokeInvite = () => useChange(peopleApi.revokeInvite, 'invites');
export const useEndSession = () => useChange(peopleApi.endSession, 'sessions');
export const useChangePassword = () => useChange(peopleApi.password, 'sessions', 'people');
export const useSetLimits = () => useChange(peopleApi.setLimits, 'limits', 'usage');
