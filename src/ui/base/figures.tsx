import { cn } from '#ui/class-names.ts';

export type Figure = { label: string; value: string; ink?: string | false };

/** One row of numbers, each above its word. */
export function Figures({ figures }: { figures: readonly Figure[] }) {
  return (
    <dl
      className={cn(
        'grid grid-cols-2 gap-px overflow-hidden rounded-card border border-line bg-line',
        figures.length % 3 === 0 && 'sm:grid-cols-3 xl:grid-cols-6',
        figures.length === 4 && 'lg:grid-cols-4',
      )}
    >
      {figures.map(({ label, value, ink }) => (
        <div key={label} className="flex flex-col-reverse justify-end bg-raised px-4 py-3">
          <dt className="text-sm text-soft">{label}</dt>
          <dd className={cn('min-h-7 font-mono text-lg', ink)}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
