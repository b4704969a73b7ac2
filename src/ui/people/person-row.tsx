'use client';
import { useState } from 'react';
import { Button } from '#ui/base/button.tsx';
import { Select } from '#ui/base/select.tsx';
import { Sheet } from '#ui/base/sheet.tsx';
import { day } from '#ui/time.ts';
import { useSession } from '#ui/use-session.ts';
import type { PersonView, Role } from './people-api.ts';
import { PersonLimits } from './person-limits.tsx';
import { roleOptions } from './roles.ts';
import { useChangePerson, useRemovePerson } from './use-people.ts';

/** One person: who they are, and everything that an admin can do about it. */
export function PersonRow({ person }: { person: PersonView }) {
  const [asks, setAsks] = useState<'remove' | 'limits' | null>(null);
  const change = useChangePerson(person.id);
  const remove = useRemovePerson(person.id);
  const isSelf = useSession().data?.user.id === person.id;
  const close = () => {
    remove.reset();
    setAsks(null);
  };
  return (
    <li aria-label={person.name} className="grid gap-3 rounded-card border border-line bg-raised p-4">
      <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <div className="grid min-w-0 gap-0.5">
          <p className="font-medium wrap-anywhere">
            {person.name}
            {isSelf && <span className="ml-2 text-sm font-normal text-soft">you</span>}
          </p>
          <p className="text-sm text-soft wrap-anywhere">{factsOf(person).join(' · ')}</p>
        </div>
        <Select
          label={`Role of ${person.name}`}
          value={person.role}
          options={roleOptions}
          onChange={(role) => change.mutate({ role: role as Role })}
        />
      </div>
      <div className="flex flex-wrap gap-2">
        <Button onClick={() => setAsks('limits')}>Limits</Button>
        <Button disabled={change.isPending} onClick={() => change.mutate({ disabled: person.disabled_at === null })}>
          {person.disabled_at ? 'Let in again' : 'Disable'}
        </Button>
        <Button kind="bare" onClick={() => setAsks('remove')}>
          Remove
        </Button>
      </div>
      {change.isError && (
        <p role="alert" className="text-sm text-failed">
          {sentence(change.error.message)}
        </p>
      )}
      <Sheet title={`Remove ${person.name}?`} open={asks === 'remove'} onOpenChange={(open) => !open && close()}>
        <p className="text-soft text-pretty">
          Sessions and keys end now. The takes stay, and what runs is watched to its end. This cannot be undone; to keep
          somebody out for a while, disable them.
        </p>
        {remove.error && (
          <p role="alert" className="mt-3 text-sm text-failed">
            {sentence(remove.error.message)}
          </p>
        )}
        <div className="mt-5 flex flex-wrap justify-end gap-2">
          <Button onClick={close}>Keep</Button>
          <Button
            kind="primary"
            disabled={remove.isPending}
            onClick={() => remove.mutate(undefined, { onSuccess: close })}
          >
            Remove
          </Button>
        </div>
      </Sheet>
      <Sheet title={`Limits of ${person.name}`} open={asks === 'limits'} onOpenChange={(open) => !open && close()}>
        <PersonLimits owner={person.id} onDone={close} />
      </Sheet>
    </li>
  );
}

const waysIn = { password: null, supabase: 'by Supabase', link: 'by the link in the terminal' };

function factsOf({ email, disabled_at, last_seen_at, signs_in_by }: PersonView): string[] {
  const now = Date.now();
  const facts = [
    email,
    waysIn[signs_in_by],
    disabled_at ? `disabled ${day(disabled_at, now)}` : null,
    last_seen_at ? `last seen ${day(last_seen_at, now)}` : null,
  ];
  return facts.filter((fact) => fact !== null);
}

const sentence = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
