'use client';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useEffect, useState, useSyncExternalStore } from 'react';
import { api } from '#ui/api.ts';
import { type Connection, openLive } from './live.ts';
import { type Live, LiveStore } from './live-store.ts';
import { nothingYet } from './live-view.ts';

const LiveContext = createContext<LiveStore | null>(null);
const silentMs = 5_000;
const queueMs = 10_000;
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
      <AskBesides />
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

/** Asks for what the stream does not tell. */
function AskBesides() {
  const store = useLiveStore();
  const { view, connection } = useLive();
  const isSilent = useIsSilent(connection);
  // Behind a proxy that lets no stream through, all is asked for.
  const newest = useQuery({
    queryKey: ['newest'],
    queryFn: ({ signal }) => api.videos({ limit: 100 }, signal),
    enabled: isSilent,
    refetchInterval: silentMs,
  });
  // A place in line is worked out on reading, so nobody tells of it.
  const queued = useQuery({
    queryKey: ['queued'],
    queryFn: ({ signal }) => api.videos({ status: 'queued', limit: 100 }, signal),
    enabled: [...view.videos.values()].some(({ state }) => state === 'queued'),
    staleTime: queueMs,
    refetchInterval: queueMs,
  });
  useEffect(() => {
    if (newest.data) for (const video of newest.data.videos) store.receive(video);
  }, [newest.data, store]);
  useEffect(() => {
    if (queued.data) for (const video of queued.data.videos) store.receivePlace(video);
  }, [queued.data, store]);
  return null;
}

/** Whether the stream has not been open for a while. */
function useIsSilent(connection: Connection): boolean {
  const [isSilent, setSilent] = useState(false);
  useEffect(() => {
    if (connection === 'open') return setSilent(false);
    const timer = setTimeout(() => setSilent(true), silentMs);
    return () => clearTimeout(timer);
  }, [connection]);
  return isSilent;
}
