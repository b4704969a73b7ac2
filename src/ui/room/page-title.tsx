'use client';
import { usePathname } from 'next/navigation';
import { useLive } from '#ui/use-live.tsx';
import { countUnderWay } from '#ui/video-lists.ts';

const names: Record<string, string> = { '/code': 'Use from code', '/connect': 'Connect a provider' };

/** The title counts what is under way: "(2) Dailies". */
export function PageTitle() {
  const name = names[usePathname()];
  const count = countUnderWay(useLive().view.counts);
  return <title>{`${count ? `(${count}) ` : ''}${name ? `${name} · ` : ''}Dailies`}</title>;
}
