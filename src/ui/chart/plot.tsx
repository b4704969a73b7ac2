import type { ReactNode } from 'react';

type Props = {
  title: string;
  /** What the upper edge stands for. */
  top: string;
  /** The plot in words, for those who do not see it. */
  said: string;
  legend: [name: string, value: string, ink: string][];
  children: ReactNode;
};

/** A small plain chart: its name, its numbers, and shapes in a field of 100 by 100. */
export function Plot({ title, top, said, legend, children }: Props) {
  return (
    <figure>
      <figcaption className="flex flex-wrap items-baseline justify-between gap-x-4 pb-2 text-sm">
        <span className="text-soft">{title}</span>
        <span className="flex gap-4">
          {legend.map(([name, value, ink]) => (
            <span key={name} className={ink}>
              <span className="font-mono">{value}</span> {name}
            </span>
          ))}
        </span>
      </figcaption>
      <div className="relative border-y border-line">
        <span aria-hidden className="absolute top-0.5 left-0 font-mono text-sm text-faint">
          {top}
        </span>
        <svg
          role="img"
          aria-label={`${title}: ${said}`}
          viewBox="0 0 100 100"
          preserveAspectRatio="none"
          className="block h-24 w-full overflow-visible"
        >
          {children}
        </svg>
      </div>
    </figure>
  );
}
