import { cn } from '#ui/class-names.ts';
import { groupByProvider } from '#ui/models/find-models.ts';
import { isRetired, priceName, retirement, secondsName, sizesName } from '#ui/models/model-words.ts';
import type { ModelView } from '#ui/shapes.ts';
import { sizeName } from '#ui/slate.ts';
import { range } from '#ui/time.ts';

const columns = ['Model', 'Size', 'Length', 'First frame', 'Sound', 'Price', 'Typical time', 'Ends'];
const cell = 'px-3 py-2 align-baseline @max-3xl:px-0 @max-3xl:py-0';
const word = 'pr-2 font-sans text-faint @3xl:hidden';

/** Every model with what it can do; where there is little room, each is a few lines. */
export function ModelTable({ models }: { models: readonly ModelView[] }) {
  return (
    <div className="@container">
      <div className="overflow-hidden rounded-card border border-line bg-raised">
        <table className="w-full text-left text-sm @max-3xl:block">
          <thead className="text-faint @max-3xl:sr-only">
            <tr>
              {columns.map((name) => (
                <th key={name} scope="col" className="border-b border-line px-3 py-2 font-normal whitespace-nowrap">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          {groupByProvider(models).map(({ name, models: own }) => (
            <tbody key={name} className="border-line not-first:border-t @max-3xl:block">
              <tr className="@max-3xl:block">
                <th
                  scope="rowgroup"
                  colSpan={columns.length}
                  className="px-3 pt-3 font-normal text-faint @max-3xl:block"
                >
                  {name}
                </th>
              </tr>
              {own.map((model) => (
                <Row key={model.id} model={model} />
              ))}
            </tbody>
          ))}
        </table>
      </div>
    </div>
  );
}

function Row({ model }: { model: ModelView }) {
  const now = new Date();
  const end = retirement(model, now);
  const { price, sizes } = model;
  return (
    <tr
      className={cn(
        '@max-3xl:grid @max-3xl:grid-cols-2 @max-3xl:gap-x-4 @max-3xl:gap-y-0.5 @max-3xl:px-3 @max-3xl:py-2.5',
        isRetired(model, now) && 'text-soft',
      )}
    >
      <th scope="row" className={cn(cell, 'font-normal wrap-anywhere @max-3xl:col-span-2')}>
        {model.label}
        {model.default && <span className="ml-2 text-soft">default</span>}
        {!model.available && <span className="ml-2 text-soft">needs a key</span>}
        <span className="block font-mono text-faint">{model.id}</span>
      </th>
      <td className={cn(cell, 'font-mono whitespace-nowrap')} title={sizes?.map(sizeName).join(', ')}>
        <span className={word}>Size</span>
        {sizesName(sizes) ?? 'any'}
      </td>
      <td className={cn(cell, 'font-mono whitespace-nowrap')}>
        <span className={word}>Length</span>
        {secondsName(model.seconds) ?? 'any'}
      </td>
      <td className={cell}>
        <span className={word}>First frame</span>
        {firstFrameWord(model)}
      </td>
      <td className={cell}>
        <span className={word}>Sound</span>
        {model.audio === null ? '–' : model.audio ? 'yes' : 'no'}
      </td>
      <td className={cn(cell, 'font-mono')} title={price ? `As of ${price.as_of}` : undefined}>
        <span className={word}>Price</span>
        {price?.source.startsWith('https:') && !model.free ? (
          <a href={price.source} target="_blank" rel="noreferrer" className="underline-offset-4 hover:underline">
            {priceName(model)}
          </a>
        ) : (
          priceName(model)
        )}
      </td>
      <td className={cn(cell, 'font-mono whitespace-nowrap')}>
        <span className={word}>Typical time</span>
        {range(model.typical)}
      </td>
      <td className={cn(cell, '@max-3xl:col-span-2', !end && '@max-3xl:hidden')}>{end ?? '–'}</td>
    </tr>
  );
}

function firstFrameWord({ first_frame }: ModelView): string {
  if (!first_frame) return '–';
  return { no: 'no', optional: 'yes', required: 'needed' }[first_frame];
}
