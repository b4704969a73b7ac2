'use client';
import { LogOut } from 'lucide-react';
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import type { ReactNode } from 'react';
import { needsPerson } from '#ui/admin/provider-state.ts';
import { useAdminNews, useIsAdmin, useOverview } from '#ui/admin/use-admin.ts';
import { api } from '#ui/api.ts';
import { Button } from '#ui/base/button.tsx';
import { cn } from '#ui/class-names.ts';
import { Mark } from '#ui/leader/mark.tsx';
import { PausedWebhooks } from '#ui/webhooks/paused-webhooks.tsx';

/** The words of the room: only what exists. */
export function Navigation() {
  const pathname = usePathname();
  const inStudio = pathname === '/' || pathname.startsWith('/videos/');
  const isAdmin = useIsAdmin();
  return (
    <header className="flex h-16 items-center gap-6 max-sm:gap-4 lg:col-span-2">
      <Link
        href="/"
        className="flex items-center gap-2.5 rounded-control font-medium pointer-coarse:min-h-11 pointer-coarse:min-w-11"
      >
        <Mark className="size-6" />
        <span className="max-sm:sr-only">Dailies</span>
      </Link>
      <nav aria-label="Pages" className="flex min-w-0 flex-1 items-center gap-5 text-sm max-sm:gap-3.5">
        <Word href="/" isHere={inStudio}>
          Studio
        </Word>
        <Word href="/usage" isHere={pathname === '/usage'}>
          Usage
        </Word>
        <Word href="/settings" isHere={pathname.startsWith('/settings') || pathname === '/code'}>
          Settings
          <PausedWebhooks />
        </Word>
        {isAdmin && <AdminWord isHere={pathname.startsWith('/admin')} />}
      </nav>
      <Button kind="icon" aria-label="Sign out" title="Sign out" onClick={signOut} className="-ml-3">
        <LogOut aria-hidden className="size-4" />
      </Button>
    </header>
  );
}

/** With how many takes need a look. */
function AdminWord({ isHere }: { isHere: boolean }) {
  useAdminNews();
  const { data } = useOverview({ beside: true });
  const count = data?.attention ?? 0;
  const isUrgent = data && (data.needs_decision > 0 || data.providers.some(needsPerson));
  return (
    <Word href="/admin" isHere={isHere}>
      Admin
      {count > 0 && (
        <span className={cn('ml-1.5 font-mono', isUrgent && 'text-needs-you')}>
          {count} <span className="sr-only">need a look</span>
        </span>
      )}
    </Word>
  );
}

function Word({ href, isHere, children }: { href: string; isHere: boolean; children: ReactNode }) {
  return (
    <Link
      href={href}
      aria-current={isHere ? 'page' : undefined}
      className={cn(
        'inline-flex items-center rounded-control transition-colors hover:text-ink pointer-coarse:min-h-11 pointer-coarse:min-w-11',
        isHere ? 'text-ink' : 'text-soft',
      )}
    >
      {children}
    </Link>
  );
}

/** Leaves nothing of the visit behind: the page is loaded anew. */
async function signOut(): Promise<void> {
  await api.signOut();
  location.assign('/sign-in');
}
