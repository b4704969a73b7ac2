import { estimateUsd } from '#ui/models/estimate.ts';
import { usd } from '#ui/money.ts';
import type { ModelView } from '#ui/shapes.ts';
import { about, range } from '#ui/time.ts';
import { type Draft, offer } from './draft.ts';

/** What it will cost and how long it will take, before it is asked for: "~$0.40 · ~2 min". */
export function Estimate({ model, draft }: { model: ModelView; draft: Draft }) {
  const { size, secondsChosen } = offer(draft, model);
  const each = estimateUsd(model, { size, seconds: Number(secondsChosen) });
  const { count } = draft;
  const times = count > 1 && each ? `, ${count} takes of ${usd(each)}` : '';
  return (
    <span
      className="font-mono text-sm text-soft"
      title={`${priceTitle(model)}${times}. Most takes need ${range(model.typical)}.`}
    >
      {each === null ? 'price not known' : each === 0 ? 'free' : `~${usd(each * count)}`} ·{' '}
      {about(model.typical.p50_ms)}
      {count > 1 && ' each'}
    </span>
  );
}

function priceTitle({ free, price }: ModelView): string {
  if (free) return 'Free';
  if (!price) return 'The provider sets the price, and we do not know it; it counts against no cap';
  return `Estimated by the price list of ${price.as_of}`;
}
