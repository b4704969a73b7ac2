'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { toast } from 'sonner';
import { api } from '#ui/api.ts';
import { useLiveStore } from '#ui/live/use-live.tsx';
import type { CommandAnswer, DecideBody, Priority, VideoView } from '#ui/shapes.ts';

export type Command =
  | { name: 'cancel'; discard: boolean }
  | { name: 'retry'; force: boolean }
  | { name: 'collect' }
  | { name: 'reset' }
  | { name: 'decide'; body: DecideBody };

function run(id: string, command: Command): Promise<CommandAnswer> {
  switch (command.name) {
    case 'cancel':
      return api.cancel(id, command.discard);
    case 'retry':
      return api.retry(id, command.force);
    case 'collect':
      return api.collect(id);
    case 'reset':
      return api.reset(id);
    case 'decide':
      return api.decide(id, command.body);
  }
}

/** Gives a take a command. An answer that is another take (a second try beside the first) is opened. */
export function useCommand(video: VideoView) {
  const store = useLiveStore();
  const router = useRouter();
  return useMutation({
    mutationFn: (command: Command) => run(video.id, command),
    onSuccess: ({ video: answer, note }) => {
      store.receive(answer);
      if (note) toast(note);
      if (answer.id !== video.id) router.replace(`/videos/${answer.id}`, { scroll: false });
    },
  });
}

/** Stars or unstars, at once on the screen and then at the server. */
export function useStar(video: VideoView) {
  const store = useLiveStore();
  return useMutation({
    mutationFn: (starred: boolean) => api.star(video.id, starred),
    onMutate: (starred) => store.receive({ ...video, starred }),
    onSuccess: (answer) => store.receive(answer),
    onError: (error) => {
      store.receive(video);
      toast(error.message);
    },
  });
}

/** Looks at the provider now. Where the answer goes is up to who asked. */
export function useCheck(id: string) {
  const store = useLiveStore();
  return useMutation({
    mutationFn: () => api.check(id),
    onSuccess: ({ video }) => store.receive(video),
  });
}

/** Moves a waiting take in the line: its own place comes with the answer, the others' are asked for. */
export function usePriority(video: VideoView) {
  const store = useLiveStore();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (priority: Priority) => api.prioritize(video.id, priority),
    onSuccess: (answer) => {
      store.receive(answer);
      client.invalidateQueries({ queryKey: ['queued'] });
    },
    onError: (error) => toast(error.message),
  });
}
