'use client';
import { type RefObject, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { VideoView } from '#ui/shapes.ts';
import { nextByArrow } from './arrows.ts';
import { justify, type Row, stack } from './justify.ts';
import { TakeCard } from './take-card.tsx';

const gap = 16;
const oneColumnBelow = 560;
const tallest = 460;

/** Takes in justified rows, each in its true aspect ratio; one column on phones. */
export function TakeGrid({ videos }: { videos: readonly VideoView[] }) {
  const root = useRef<HTMLDivElement>(null);
  const width = useWidth(root);
  const aspects = videos.map((video) => video.width / video.height);
  // Progress changes often, shapes seldom: the key of the layout is the shapes.
  const shapes = aspects.map((aspect) => aspect.toFixed(4)).join();
  const rows = useMemo(() => rowsOf(shapes, width), [shapes, width]);
  useArrows(root, rows);
  return (
    <div ref={root} className="grid gap-6">
      {rows.map((row) => (
        <div key={videos[row.items[0]?.index ?? 0]?.id} className="flex" style={{ gap }}>
          {row.items.map(({ index, width: itemWidth }) => {
            const video = videos[index];
            return video && <TakeCard key={video.id} video={video} width={itemWidth} height={row.height} />;
          })}
        </div>
      ))}
    </div>
  );
}

function rowsOf(shapes: string, width: number): Row[] {
  const aspects = shapes ? shapes.split(',').map(Number) : [];
  return width < oneColumnBelow
    ? stack(aspects, width, tallest)
    : justify(aspects, width, width < 1000 ? 200 : 240, gap);
}

/** The arrow keys move the focus from card to card. */
function useArrows(element: RefObject<HTMLElement | null>, rows: readonly Row[]): void {
  useEffect(() => {
    const grid = element.current;
    if (!grid) return;
    const press = (event: KeyboardEvent) => {
      const cards = [...grid.querySelectorAll<HTMLElement>('[data-take]')];
      const at = cards.indexOf(document.activeElement as HTMLElement);
      const next = at < 0 ? null : nextByArrow(event.key, at, rows);
      if (next === null) return;
      event.preventDefault();
      cards[next]?.focus();
    };
    grid.addEventListener('keydown', press);
    return () => grid.removeEventListener('keydown', press);
  }, [element, rows]);
}

function useWidth(element: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    if (!element.current) return;
    setWidth(element.current.clientWidth);
    const observer = new ResizeObserver(([entry]) => entry && setWidth(Math.floor(entry.contentRect.width)));
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element]);
  return width;
}
