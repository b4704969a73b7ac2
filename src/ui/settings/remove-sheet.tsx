'use client';
import { ApiError } from '#ui/api.ts';
import { Button } from '#ui/base/button.tsx';
import { Sheet } from '#ui/base/sheet.tsx';
import type { ProviderSettings } from './settings-api.ts';
import { useRemoveProvider } from './use-settings.ts';

/** Asks before a provider and its key go; a second time where takes of it are open. */
export function RemoveSheet({
  provider,
  open,
  onClose,
}: {
  provider: ProviderSettings;
  open: boolean;
  onClose(): void;
}) {
  const remove = useRemoveProvider(provider.id);
  const hasOpenTakes = remove.error instanceof ApiError && remove.error.code === 'open_videos';
  const close = () => {
    remove.reset();
    onClose();
  };
  return (
    <Sheet title={`Remove ${provider.name}?`} open={open} onOpenChange={(next) => !next && close()}>
      <p className="text-soft">
        Its key is deleted here, and its models are not offered any more. Clips that are stored stay.
      </p>
      {remove.error && (
        <p role="alert" className="mt-3 text-sm text-failed">
          {remove.error.message}
        </p>
      )}
      <div className="mt-5 flex flex-wrap justify-end gap-2">
        <Button onClick={close}>Keep it</Button>
        <Button
          kind="primary"
          disabled={remove.isPending}
          onClick={() => remove.mutate(hasOpenTakes, { onSuccess: close })}
        >
          {hasOpenTakes ? 'Remove all the same' : 'Remove'}
        </Button>
      </div>
    </Sheet>
  );
}
