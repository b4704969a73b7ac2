'use client';
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { keysApi } from './keys-api.ts';

/** Asked again on focus: programs use them, and another admin may revoke one. */
export const useKeys = (everybody: boolean) =>
  useQuery({
    queryKey: ['keys', everybody],
    queryFn: ({ signal }) => keysApi.list(everybody, signal),
    placeholderData: keepPreviousData,
  });

function useChange<Input, Answer>(change: (input: Input) => Promise<Answer>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSettled: () => client.invalidateQueries({ queryKey: ['keys'] }),
  });
}

/** The answer holds the secret, this once. */
export const useCreateKey = () => useChange(keysApi.create);
export const useRevokeKey = () => useChange(keysApi.revoke);
