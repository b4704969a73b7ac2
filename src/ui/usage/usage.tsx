'use client';
import { Download } from 'lucide-react';
import Link from 'next/link';
import { useState } from 'react';
import { useIsAdmin } from '#ui/admin/use-admin.ts';
import { Button } from '#ui/base/button.tsx';
import { Figures } from '#ui/base/figures.tsx';
import { Notice } from '#ui/base/notice.tsx';
import { Select } from '#ui/base/select.tsx';
import { usd } from '#ui/money.ts';
import { useSession } from '#ui/use-session.ts';
import { SpendByDay } from './spend-by-day.tsx';
import { SpendByModel } from './spend-by-model.tsx';
import { type LimitsView, type Spend, usageExport } from './usage-api.ts';
import { useLimits, useUsage } from './use-usage.ts';

const spans = [
  { value: '7', label: '7 days' },
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
];
const owners = [
  { value: 'all', label: 'Everybody' },
  { value: 'own', label: 'Only mine' },
];

/** What was spent, on what, and what may still be spent today. */
export function UsagePage() {
  const [days, setDays] = useState('30');
  const [whose, setWhose] = useState('all');
  const isAdmin = useIsAdmin();
  const { data: session } = useSession();
  const query = { days: Number(days), ...(isAdmin && whose === 'own' && { owner: session?.user.id }) };
  const usage = useUsage(query);
  const limits = useLimits();
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-10">
      <div className="grid gap-4">
        <div className="flex flex-wrap items-center gap-2">
          <h1 className="mr-auto text-lg font-medium">Usage</h1>
          {isAdmin && <Select label="Whose" value={whose} options={owners} onChange={setWhose} />}
          <Select label="Time shown" value={days} options={spans} onChange={setDays} />
          <Button asChild>
            <a href={usageExport(query)} download>
              <Download aria-hidden className="size-4" /> CSV
            </a>
          </Button>
        </div>
        {usage.isError && !usage.data ? (
          <Notice
            title="The sums could not be read"
            action={<Button onClick={() => usage.refetch()}>Try again</Button>}
          >
            {usage.error.message}
          </Notice>
        ) : (
          <Figures figures={figuresOf(usage.data?.total, limits.data, days)} />
        )}
        {limits.data && <CapLine limits={limits.data} />}
      </div>
      {!usage.data && !usage.isError && <div aria-hidden="true" className="h-48 rounded-card bg-lifted/60" />}
      {usage.data && <SpendByDay days={usage.data.days} />}
      {usage.data && <SpendByModel models={usage.data.models} />}
    </div>
  );
}

function figuresOf(total: Spend | undefined, limits: LimitsView | undefined, days: string) {
  const left = limits && (limits.budget.left_usd === null ? 'no cap' : usd(limits.budget.left_usd));
  return [
    { label: 'spent or held by you today', value: limits ? usd(limits.budget.spent_usd) : '' },
    { label: 'left of your cap', value: left ?? '', ink: limits?.budget.left_usd === 0 && 'text-failed' },
    { label: `paid in ${days} days`, value: total ? usd(total.actual_usd) : '' },
    { label: 'held for takes under way', value: total ? usd(total.reserved_usd) : '' },
  ];
}

/** Until when the cap lasts, and where it is changed. */
function CapLine({ limits: { budget } }: { limits: LimitsView }) {
  const at = new Date(budget.resets_at).toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' });
  return (
    <p className="text-sm text-soft">
      {budget.cap_usd === null
        ? 'There is no daily cap.'
        : `Your cap is ${usd(budget.cap_usd)} a day. A new day begins at ${at}.`}{' '}
      <Link
        href="/settings/limits"
        className="underline underline-offset-4 hover:text-ink pointer-coarse:inline-block pointer-coarse:py-3"
      >
        Limits
      </Link>
    </p>
  );
}
