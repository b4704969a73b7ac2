'use client';
import { Button } from '#ui/base/button.tsx';
import { Sheet } from '#ui/base/sheet.tsx';
import { usd } from '#ui/money.ts';

type Props = {
  /** The sum; null = there is nothing to ask. */
  costUsd: number | null;
  count: number;
  onAgree(): void;
  onClose(): void;
};

/** The question before a larger sum is spent. Nothing was sent yet. */
export function ConfirmCost({ costUsd, count, onAgree, onClose }: Props) {
  const sum = usd(costUsd ?? 0);
  return (
    <Sheet title={`Spend about ${sum}?`} open={costUsd !== null} onOpenChange={(open) => !open && onClose()}>
      <p className="text-soft">
        {count > 1 ? `These ${count} takes are` : 'This take is'} estimated to cost{' '}
        <span className="font-mono text-ink">{sum}</span>. Nothing was sent yet.
      </p>
      <div className="mt-5 flex flex-wrap justify-end gap-2">
        <Button onClick={onClose}>Leave it</Button>
        <Button kind="primary" onClick={onAgree}>
          Spend {sum}
        </Button>
      </div>
    </Sheet>
  );
}
