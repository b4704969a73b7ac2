'use client';
import { ArrowLeft, Download } from 'lucide-react';
import Link from 'next/link';
import { useState } from 'react';
import { Button } from '#ui/base/button.tsx';
import { Notice } from '#ui/base/notice.tsx';
import { AdminsOnly } from './admin.tsx';
import { type AuditFilter, auditExport } from './admin-api.ts';
import { AuditFilterBar } from './audit-filter.tsx';
import { AuditTable } from './audit-table.tsx';
import { useAudit } from './use-admin.ts';

/** Who did what to which take: everything that was written down, newest first. */
export function Audit() {
  return (
    <AdminsOnly>
      <div className="grid grid-cols-[minmax(0,1fr)] gap-5">
        <div>
          <Button kind="bare" asChild className="-ml-2.5">
            <Link href="/admin">
              <ArrowLeft aria-hidden className="size-4" /> Admin
            </Link>
          </Button>
          <h1 className="mt-3 text-lg font-medium">Audit</h1>
        </div>
        <Events />
      </div>
    </AdminsOnly>
  );
}

function Events() {
  const [filter, setFilter] = useState<AuditFilter>({});
  const audit = useAudit(filter);
  const events = audit.data?.pages.flatMap((page) => page.events) ?? [];
  return (
    <>
      <AuditFilterBar filter={filter} onChange={setFilter} types={[...new Set(events.map(({ type }) => type))].sort()}>
        {(['csv', 'json'] as const).map((format) => (
          <Button key={format} asChild>
            <a href={auditExport(filter, format)} download>
              <Download aria-hidden className="size-4" /> {format.toUpperCase()}
            </a>
          </Button>
        ))}
      </AuditFilterBar>
      {audit.isPending && <div aria-hidden="true" className="h-96 rounded-card bg-lifted/60" />}
      {audit.isError && (
        <Notice title="The audit could not be read" action={<Button onClick={() => audit.refetch()}>Try again</Button>}>
          {audit.error.message}
        </Notice>
      )}
      {audit.isSuccess && events.length === 0 && (
        <Notice title="No event fits">Nothing was written down that matches this filter.</Notice>
      )}
      {events.length > 0 && !audit.isError && <AuditTable events={events} />}
      {audit.hasNextPage && (
        <div className="flex justify-center">
          <Button onClick={() => audit.fetchNextPage()} disabled={audit.isFetchingNextPage}>
            {audit.isFetchingNextPage ? 'Loading…' : 'Show older'}
          </Button>
        </div>
      )}
    </>
  );
}
