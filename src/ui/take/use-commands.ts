'use client';
import { useMutation } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { toast } from 'sonner';
import { api } from '#ui/api.ts';
import type { CommandAnswer, DecideBody, VideoView } from '#ui/shapes.ts';
import { useLiveStore } from '#ui/use-live.tsx';

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
