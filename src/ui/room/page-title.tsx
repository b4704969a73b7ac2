'use client';
import { usePathname } from 'next/navigation';
import { phaseOf } from '#ui/phase.ts';
import { useLive } from '#ui/use-live.tsx';

const names: Record<string, string> = { '/code': 'Use from code', '/connect': 'Connect a provider' };

/** The title counts what is under way: "(2) Dailies". */
export function PageTitle() {
  const name = names[usePathname()];
  const count = [...useLive().view.videos.values()].filter((video) =>
    ['waiting', 'working', 'needs_you'].includes(phaseOf(video)),
  ).length;
  return <title>{`${count ? `(${count}) ` : ''}${name ? `${name} · ` : ''}Dailies`}</title>;
}
