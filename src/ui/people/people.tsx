'use client';
import { useIsAdmin } from '#ui/admin/use-admin.ts';
import { Button } from '#ui/base/button.tsx';
import { Notice } from '#ui/base/notice.tsx';
import { Invites } from './invites.tsx';
import { PersonRow } from './person-row.tsx';
import { usePeople } from './use-people.ts';

/** Who may come in, what they may, and the way to invite others. */
export function People() {
  const isAdmin = useIsAdmin();
  const people = usePeople();
  if (people.isError && !people.data) {
    return (
      <Notice
        title={isAdmin ? 'The people could not be read' : 'This page is for admins'}
        action={isAdmin && <Button onClick={() => people.refetch()}>Try again</Button>}
      >
        {isAdmin && people.error.message}
      </Notice>
    );
  }
  return (
    <div className="grid gap-8">
      <div className="grid gap-2">
        <h1 className="text-lg font-medium">People</h1>
        <p className="max-w-prose text-soft text-pretty">
          Everybody sees their own takes, an admin sees all. Who is removed loses sessions and keys; the takes stay.
        </p>
      </div>
      <Invites />
      <section aria-labelledby="people" className="grid gap-3">
        <h2 id="people" className="font-medium">
          Who may come in
        </h2>
        {people.isPending && <div aria-hidden="true" className="h-24 rounded-card bg-lifted/60" />}
        <ul className="grid gap-2">
          {people.data?.people.map((person) => (
            <PersonRow key={person.id} person={person} />
          ))}
        </ul>
      </section>
    </div>
  );
}
