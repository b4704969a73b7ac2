'use client';
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import type { ReactNode } from 'react';
import { useIsAdmin } from '#ui/admin/use-admin.ts';
import { cn } from '#ui/class-names.ts';
import { PausedWebhooks } from '#ui/webhooks/paused-webhooks.tsx';

const pages: { href: string; label: string; admin?: boolean }[] = [
  { href: '/settings/providers', label: 'Providers', admin: true },
  { href: '/settings/models', label: 'Models' },
  { href: '/settings/limits', label: 'Limits' },
  { href: '/settings/people', label: 'People', admin: true },
  { href: '/settings/account', label: 'Account' },
  { href: '/settings/keys', label: 'Keys' },
  { href: '/settings/webhooks', label: 'Webhooks' },
  { href: '/code', label: 'Use from code' },
];

/** On a phone the line is longer than the screen. */
const showWhole = (link: HTMLElement | null) => link?.scrollIntoView({ block: 'nearest', inline: 'nearest' });

/** A list left, one page right; on phones the list is a line above the page. */
export function SettingsFrame({ children }: { children: ReactNode }) {
  const pathname = usePathname();
  const isAdmin = useIsAdmin();
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-x-10 gap-y-6 md:grid-cols-[9rem_minmax(0,1fr)]">
      <nav
        aria-label="Settings"
        className="-mx-2.5 flex gap-1 overflow-x-auto [scrollbar-width:none] md:sticky md:top-6 md:mx-0 md:flex-col md:self-start"
      >
        {pages
          .filter(({ admin }) => !admin || isAdmin)
          .map(({ href, label }) => (
            <Link
              key={href}
              href={href}
              aria-current={pathname === href ? 'page' : undefined}
              ref={pathname === href ? showWhole : undefined}
              className={cn(
                'flex min-h-9 shrink-0 items-center rounded-control px-2.5 text-sm transition-colors hover:bg-lifted pointer-coarse:min-h-11',
                pathname === href ? 'bg-lifted text-ink' : 'text-soft',
              )}
            >
              {label}
              {href === '/settings/webhooks' && <PausedWebhooks />}
            </Link>
          ))}
      </nav>
      <div className="min-w-0 max-w-4xl">{children}</div>
    </div>
  );
}
