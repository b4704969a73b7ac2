'use client';
import { type FormEvent, useState } from 'react';
import { useIsAdmin } from '#ui/admin/use-admin.ts';
import { Button } from '#ui/base/button.tsx';
import { Figures } from '#ui/base/figures.tsx';
import { Notice } from '#ui/base/notice.tsx';
import { usd } from '#ui/money.ts';
import type { LimitsView } from '#ui/usage/usage-api.ts';
import { useLimits, useSetCap } from '#ui/usage/use-usage.ts';

/** How much may be spent a day, and how many takes may run and wait. */
export function Limits() {
  const limits = useLimits();
  const isAdmin = useIsAdmin();
  if (limits.isError && !limits.data) {
    return (
      <Notice title="The limits could not be read" action={<Button onClick={() => limits.refetch()}>Try again</Button>}>
        {limits.error.message}
      </Notice>
    );
  }
  return (
    <div className="grid gap-8">
      <div className="grid gap-2">
        <h1 className="text-lg font-medium">Limits</h1>
        <p className="max-w-prose text-soft text-pretty">
          A take that would go over the daily cap is refused before anything is sent. A take whose price is not known
          counts against no cap.
        </p>
      </div>
      <Figures figures={figuresOf(limits.data)} />
      {limits.data && (
        <p className="max-w-prose text-sm text-soft">
          Takes that cost more than {usd(limits.data.confirm_above_usd)} together are asked about before they are sent.
          {limits.data.creates_per_minute !== null &&
            ` In one minute ${limits.data.creates_per_minute} may be asked for.`}
        </p>
      )}
      {limits.data && isAdmin && <Caps limits={limits.data} />}
    </div>
  );
}

function figuresOf(limits: LimitsView | undefined) {
  const count = (n: number | undefined) => n?.toLocaleString() ?? '';
  return [
    { label: 'your cap a day', value: limits ? capName(limits.daily_cap_usd) : '' },
    { label: 'left today', value: limits ? capName(limits.budget.left_usd) : '' },
    { label: 'may run at once', value: count(limits?.max_running) },
    { label: 'may wait in line', value: count(limits?.max_queued) },
  ];
}

/** The caps that an admin can change: everybody's, and one's own. */
function Caps({ limits }: { limits: LimitsView }) {
  return (
    <section aria-labelledby="caps" className="grid gap-4">
      <h2 id="caps" className="font-medium">
        Daily caps
      </h2>
      <CapForm label="For everybody" cap={limits.default_daily_cap_usd} />
      <CapForm
        label="For you"
        cap={limits.daily_cap_usd}
        owner={limits.owner}
        note={limits.own ? undefined : 'Follows the cap for everybody.'}
        canFollow={limits.own}
      />
      {limits.owners
        .filter(({ owner }) => owner !== limits.owner)
        .map(({ owner, daily_cap_usd }) => (
          <CapForm key={owner} label={`For ${owner}`} cap={daily_cap_usd} owner={owner} canFollow />
        ))}
    </section>
  );
}

type CapFormProps = { label: string; cap: number | null; owner?: string; note?: string; canFollow?: boolean };

function CapForm({ label, cap, owner, note, canFollow }: CapFormProps) {
  const setCap = useSetCap();
  const [text, setText] = useState<string | null>(null);
  const shown = text ?? (cap === null ? '' : String(cap));
  const give = (daily_cap_usd: number | null | 'default') =>
    setCap.mutate({ owner, daily_cap_usd }, { onSuccess: () => setText(null) });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    give(shown.trim() === '' ? null : Number(shown));
  };
  return (
    <form onSubmit={submit} className="grid gap-2 rounded-card border border-line bg-raised p-4">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <label className="flex flex-wrap items-center gap-x-3 gap-y-2 pointer-coarse:min-h-11">
          <span className="w-28">{label}</span>
          <span className="flex items-center gap-2 font-mono text-soft">
            $
            <input
              inputMode="decimal"
              value={shown}
              placeholder="no cap"
              onChange={({ target }) => setText(target.value.replace(/[^\d.]/g, ''))}
              className="h-9 w-28 rounded-control border border-line bg-transparent px-2.5 text-sm text-ink placeholder:font-sans placeholder:text-faint pointer-coarse:h-11"
            />
          </span>
          <span className="text-sm text-soft">a day</span>
        </label>
        <Button type="submit" disabled={text === null || Number.isNaN(Number(shown)) || setCap.isPending}>
          Save
        </Button>
        {canFollow && (
          <Button kind="bare" disabled={setCap.isPending} onClick={() => give('default')}>
            Follow everybody’s
          </Button>
        )}
      </div>
      {note && <p className="text-sm text-faint">{note}</p>}
      {setCap.isError && (
        <p role="alert" className="text-sm text-failed">
          {setCap.error.message}
        </p>
      )}
    </form>
  );
}

const capName = (amount: number | null): string => (amount === null ? 'no cap' : usd(amount));
