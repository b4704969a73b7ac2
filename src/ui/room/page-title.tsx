'use client';
import { usePathname } from 'next/navigation';
import { useLive } from '#ui/live/use-live.tsx';
import { countUnderWay } from '#ui/live/video-lists.ts';

const names: Record<string, string> = {
  '/admin': 'Admin',
  '/admin/audit': 'Audit',
  '/code': 'Use from code',
  '/docs/api': 'API',
  '/help': 'When a take fails',
  '/settings/account': 'Account',
  '/settings/keys': 'Keys',
  '/settings/limits': 'Limits',
  '/settings/models': 'Models',
  '/settings/people': 'People',
  '/settings/providers': 'Providers',
  '/usage': 'Usage',
};

/** The title counts what is under way: "(2) Dailies". */
export function PageTitle() {
  const name = names[usePathname()];
  const count = countUnderWay(useLive().view.counts);
  return <title>{`${count ? `(${count}) ` : ''}${name ? `${name} · ` : ''}Dailies`}</title>;
}
