'use client';
import Link from 'next/link';
import type { ReactNode } from 'react';
import { Button } from '#ui/base/button.tsx';
import { Notice } from '#ui/base/notice.tsx';
import { useSession } from '#ui/use-session.ts';
import { Charts } from './charts.tsx';
import { Numbers } from './numbers.tsx';
import { Providers } from './providers.tsx';
import { StuckList } from './stuck-list.tsx';
import { useOverview } from './use-admin.ts';

/** For who keeps the house: how much there is, what is stuck and why, and whom the providers leave waiting. */
export function Admin() {
  const overview = useOverview();
  return (
    <AdminsOnly>
      <div className="grid grid-cols-[minmax(0,1fr)] gap-10">
        <div className="grid gap-4">
          <div className="flex items-center justify-between gap-4">
            <h1 className="text-lg font-medium">Admin</h1>
            <Button asChild>
              <Link href="/admin/audit">Audit</Link>
            </Button>
          </div>
          {overview.isError && !overview.data ? (
            <Notice
              title="The numbers could not be read"
              action={<Button onClick={() => overview.refetch()}>Try again</Button>}
            >
              {overview.error.message}
            </Notice>
          ) : (
            <Numbers overview={overview.data} />
          )}
          <PausedWebhooks n={overview.data?.paused_webhooks ?? 0} />
        </div>
        <StuckList />
        {overview.data && <Providers providers={overview.data.providers} now={Date.parse(overview.data.now)} />}
        <Charts />
        {overview.data && (
          <p className="font-mono text-sm text-faint">
            Dailies {overview.data.version} · {databaseName(overview.data.database)}
          </p>
        )}
      </div>
    </AdminsOnly>
  );
}

/** Their owners see it too; the audit says whose they are, and why. */
function PausedWebhooks({ n }: { n: number }) {
  if (n === 0) return null;
  return (
    <p className="text-sm text-needs-you">
      {n === 1 ? '1 webhook is' : `${n.toLocaleString()} webhooks are`} paused, and told nothing until somebody resumes{' '}
      {n === 1 ? 'it' : 'them'}.
    </p>
  );
}

/** The page, for an admin; a sentence for anybody else who found its address. */
export function AdminsOnly({ children }: { children: ReactNode }) {
  const { data: session } = useSession();
  if (!session) return null;
  if (session.user.role === 'admin') return children;
  return (
    <Notice
      title="For admins"
      action={
        <Button asChild>
          <Link href="/">To the studio</Link>
        </Button>
      }
    >
      This page belongs to those who keep Dailies running.
    </Notice>
  );
}

const databaseName = ({ kind, version }: { kind: string; version: string }): string =>
  kind === 'embedded' ? `embedded database, PostgreSQL ${version}` : `PostgreSQL ${version}`;
