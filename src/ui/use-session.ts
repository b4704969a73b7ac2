'use client';
import { useQuery } from '@tanstack/react-query';
import { api } from './api.ts';
import type { Session } from './shapes.ts';

/** Who is signed in, and what this installation says of itself. A 401 is the error of a visitor who is not signed in. */
export function useSession() {
  return useQuery<Session>({
    queryKey: ['session'],
    queryFn: ({ signal }) => api.session(signal),
    staleTime: 60_000,
    refetchOnWindowFocus: true,
  });
}
