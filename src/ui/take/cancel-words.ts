import { inBrackets } from '#ui/cost.ts';
import type { VideoView } from '#ui/shapes.ts';

type Asked = Pick<VideoView, 'state' | 'cancel' | 'receipt' | 'cost'>;

/** What a cancel will do and cost, in a sentence, before it is done. */
export function cancelSentence({ state, cancel, receipt, cost }: Asked): string {
  if (state === 'queued' && receipt.submitted_at === null) return 'It was not sent yet. Nothing is billed.';
  if (cost.estimate_usd === 0) {
    return cancel.stops ? 'It stops. Nothing is billed.' : 'This provider cannot stop a take. It will finish.';
  }
  return (
    cancel.note ?? `The provider is asked to stop it. What it has rendered by then may be billed${inBrackets(cost)}.`
  );
}
