'use client';
import { usePathname } from 'next/navigation';
import { useLive } from '#ui/use-live.tsx';
import { countUnderWay } from '#ui/video-lists.ts';

const names: Record<string, string> = {
  '/admin': 'Admin',
  '/admin/audit': 'Audit',
  '/code': 'Use from code',
  '/connect': 'Connect a provider',
  '/help': 'When a take fails',
};

/** The title counts what is under way: "(2) Dailies". */
export function PageTitle() {
  const name = names[usePathname()];
  const count = countUnderWay(useLive().view.counts);
  return <title>{`${count ? `(${count}) ` : ''}${name ? `${name} · ` : ''}Dailies`}</title>;
}
