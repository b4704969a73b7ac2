'use client';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { ApiError } from '#ui/api.ts';

const awayMs = 4_000;
const isRefusal = (error: unknown) => error instanceof ApiError && error.status >= 400 && error.status < 500;

/** The data of one visit. A refusal is not asked again; a server that is away is, until it is back. */
export function Data({ children }: { children: ReactNode }) {
  const [client] = useState(
    () =>
      new QueryClient({
        defaultOptions: {
          queries: {
            networkMode: 'always',
            retry: (failures, error) => failures < 2 && !isRefusal(error),
            refetchInterval: ({ state: { error } }) => (error && !isRefusal(error) ? awayMs : false),
          },
          mutations: { networkMode: 'always' },
        },
      }),
  );
  return <QueryClientProvider client={client}>{children}</QueryClientProvider>;
}
