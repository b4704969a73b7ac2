import { usd } from '#ui/money.ts';
import type { Spend, Usage } from './usage-api.ts';

const number = 'px-4 py-2 text-right font-mono whitespace-nowrap max-sm:px-0 max-sm:py-0 max-sm:text-left';
const word = 'hidden font-sans text-faint max-sm:inline';

/** What each model came to, and how far the estimates were off; on phones each model is a few lines. */
export function SpendByModel({ models }: { models: Usage['models'] }) {
  return (
    <section aria-labelledby="by-model" className="grid gap-3">
      <h2 id="by-model" className="font-medium">
        By model
      </h2>
      {models.length === 0 ? (
        <p className="rounded-card border border-line px-4 py-6 text-center text-soft">Nothing was asked for yet.</p>
      ) : (
        <div className="overflow-hidden rounded-card border border-line bg-raised">
          <table className="w-full text-sm max-sm:block">
            <thead className="text-faint max-sm:sr-only">
              <tr>
                <th scope="col" className="border-b border-line px-4 py-2 text-left font-normal">
                  Model
                </th>
                {['Sent', 'Estimated', 'Paid', 'Difference', 'Held'].map((name) => (
                  <th key={name} scope="col" className="border-b border-line px-4 py-2 text-right font-normal">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody className="max-sm:block">
              {models.map((model) => (
                <tr
                  key={model.model}
                  className="border-line not-first:border-t max-sm:grid max-sm:grid-cols-2 max-sm:gap-x-4 max-sm:gap-y-0.5 max-sm:px-4 max-sm:py-2.5"
                >
                  <th
                    scope="row"
                    className="w-full px-4 py-2 text-left font-normal wrap-anywhere max-sm:col-span-2 max-sm:px-0 max-sm:py-0"
                  >
                    {model.model}
                    {noteOf(model) && <span className="block text-faint">{noteOf(model)}</span>}
                  </th>
                  <td className={number}>
                    {model.submissions} <span className={word}>sent</span>
                  </td>
                  <td className={number}>
                    {usd(model.estimate_usd)} <span className={word}>estimated</span>
                  </td>
                  <td className={number}>
                    {usd(model.actual_usd)} <span className={word}>paid</span>
                  </td>
                  <td className={number}>
                    {difference(model)} <span className={word}>difference</span>
                  </td>
                  <td className={number}>
                    {usd(model.reserved_usd)} <span className={word}>held</span>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

/** Where the numbers come from, when it is not the provider alone. */
function noteOf({ submissions, unpriced, actual_usd, by_estimate_usd }: Spend): string | null {
  if (unpriced === submissions) return 'price not known';
  if (unpriced > 0) return `price not known for ${unpriced}`;
  if (by_estimate_usd === 0) return null;
  return by_estimate_usd < actual_usd
    ? `${usd(by_estimate_usd)} of it by our estimate`
    : 'by our estimate; the provider tells no number';
}

function difference({ estimate_usd, actual_usd }: Spend): string {
  if (estimate_usd === 0) return '–';
  const percent = Math.round((actual_usd / estimate_usd - 1) * 100);
  return percent === 0 ? '0 %' : `${percent > 0 ? '+' : '−'}${Math.abs(percent)} %`;
}
