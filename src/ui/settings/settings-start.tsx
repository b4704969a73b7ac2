'use client';
import { useRouter } from 'next/navigation';
import { useEffect } from 'react';
import { useSession } from '#ui/use-session.ts';

/** Leads to the first page of the list that this person may see. */
export function SettingsStart() {
  const router = useRouter();
  const { data: session } = useSession();
  useEffect(() => {
    if (session) router.replace(session.user.role === 'admin' ? '/settings/providers' : '/settings/models');
  }, [router, session]);
  return null;
}
