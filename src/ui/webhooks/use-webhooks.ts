'use client';
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type WebhookPatch, type WebhookPost, webhooksApi } from './webhooks-api.ts';

const logMs = 3_000;

/** One's own. They are paused by the server too: asked again on focus. */
export const useWebhooks = () =>
  useQuery({ queryKey: ['webhooks', 'list'], queryFn: ({ signal }) => webhooksApi.list(signal) });

/** What was sent there, a page at a time; looks again while it is shown. */
export const useDeliveries = (id: string) =>
  useInfiniteQuery({
    queryKey: ['webhooks', 'log', id],
    queryFn: ({ pageParam, signal }) => webhooksApi.deliveries(id, pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next ?? undefined,
    refetchInterval: logMs,
  });

function useChange<Input, Answer>(change: (input: Input) => Promise<Answer>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSettled: () => {
      client.invalidateQueries({ queryKey: ['webhooks'] });
      // It tells how many are paused.
      client.invalidateQueries({ queryKey: ['session'] });
    },
  });
}

export const useCreateWebhook = () => useChange((body: WebhookPost) => webhooksApi.create(body));
export const useChangeWebhook = (id: string) => useChange((body: WebhookPatch) => webhooksApi.change(id, body));
export const useRemoveWebhook = (id: string) => useChange(() => webhooksApi.remove(id));
export const useRotateWebhook = (id: string) => useChange(() => webhooksApi.rotate(id));
export const useTestWebhook = (id: string) => useChange(() => webhooksApi.test(id));
export const useResumeWebhook = (id: string) => useChange(() => webhooksApi.resume(id));
export const useReplay = (id: string) => useChange((delivery: string) => webhooksApi.replay(id, delivery));
