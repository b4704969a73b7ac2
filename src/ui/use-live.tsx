'use client';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useEffect, useState, useSyncExternalStore } from 'react';
import { api } from './api.ts';
import { openLive } from './live.ts';
import { type Live, LiveStore } from './live-store.ts';
import { nothingYet } from './live-view.ts';

const LiveContext = createContext<LiveStore | null>(null);
const silentMs = 5_000;
const notYet: Live = { view: nothingYet, connection: 'connecting' };

/** Keeps the live stream open for everything inside. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const [store] = useState(() => new LiveStore(client));
  useEffect(() => openLive(store), [store]);
  const { connection } = useSyncExternalStore(store.subscribe, store.getLive, () => notYet);
  useEffect(() => {
    // It also ends with the session that opened it.
    if (connection === 'lost') client.invalidateQueries({ queryKey: ['session'] });
  }, [connection, client]);
  return (
    <LiveContext value={store}>
      <PollWhenSilent />
      {children}
    </LiveContext>
  );
}

export function useLiveStore(): LiveStore {
  const store = useContext(LiveContext);
  if (!store) throw new Error('useLiveStore needs a LiveProvider around it');
  return store;
}

/** The newest videos, the counts, and whether the stream is open. */
export function useLive(): Live {
  const store = useLiveStore();
  return useSyncExternalStore(store.subscribe, store.getLive, () => notYet);
}

/** Behind a proxy that lets no stream through, the newest videos are asked for instead. */
function PollWhenSilent() {
  const store = useLiveStore();
  const { connection } = useLive();
  const { data } = useQuery({
    queryKey: ['newest'],
    queryFn: ({ signal }) => api.videos({ limit: 100 }, signal),
    enabled: connection !== 'open',
    refetchInterval: silentMs,
    initialData: undefined,
  });
  useEffect(() => {
    if (data) for (const video of data.videos) store.receive(video);
  }, [data, store]);
  return null;
}
