'use client';
import { type FormEvent, useState } from 'react';
import { Button } from '#ui/base/button.tsx';
import { CopyButton } from '#ui/base/copy-button.tsx';
import { Field } from '#ui/base/field.tsx';
import { Select } from '#ui/base/select.tsx';
import { day } from '#ui/time.ts';
import type { InviteMade, InviteView, Role } from './people-api.ts';
import { roleOptions } from './roles.ts';
import { useInvite, useInvites, useRevokeInvite } from './use-people.ts';

const lives = ['1', '7', '30'].map((value) => ({ value, label: value === '1' ? '1 day' : `${value} days` }));

/** A link for each person who shall come in. */
export function Invites() {
  const invites = useInvites();
  const [made, setMade] = useState<InviteMade | null>(null);
  const open = invites.data?.invites.filter(({ state }) => state === 'open') ?? [];
  return (
    <section aria-labelledby="invite" className="grid gap-3">
      <h2 id="invite" className="font-medium">
        Invite
      </h2>
      {made ? <NewInvite made={made} onDone={() => setMade(null)} /> : <InviteForm onMade={setMade} />}
      {open.length > 0 && (
        <ul aria-label="Open invites" className="grid gap-2">
          {open.map((invite) => (
            <InviteRow key={invite.id} invite={invite} />
          ))}
        </ul>
      )}
    </section>
  );
}

function InviteForm({ onMade }: { onMade(made: InviteMade): void }) {
  const invite = useInvite();
  const [role, setRole] = useState<Role>('member');
  const [days, setDays] = useState('7');
  const [email, setEmail] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    invite.mutate({ role, days: Number(days), ...(email.trim() && { email: email.trim() }) }, { onSuccess: onMade });
  };
  return (
    <form aria-label="Invite" onSubmit={submit} className="grid gap-3 rounded-card border border-line bg-raised p-4">
      <Field
        label="E-mail"
        type="email"
        value={email}
        placeholder="whoever has the link chooses"
        note="No mail is sent: you get a link to pass on."
        fault={invite.error?.message}
        onChange={({ target }) => setEmail(target.value)}
      />
      <div className="flex flex-wrap items-center gap-2">
        <Select label="Role" value={role} options={roleOptions} onChange={(value) => setRole(value as Role)} />
        <Select label="Good for" value={days} options={lives} onChange={setDays} />
        <Button type="submit" kind="primary" disabled={invite.isPending} className="sm:ml-auto">
          {invite.isPending ? 'Making…' : 'Make a link'}
        </Button>
      </div>
    </form>
  );
}

function NewInvite({ made: { invite, link }, onDone }: { made: InviteMade; onDone(): void }) {
  return (
    <div className="grid gap-3 rounded-card border border-line bg-raised p-4">
      <p className="text-sm text-soft">
        Pass this link on{invite.email && ` to ${invite.email}`}. It lets one person in, until{' '}
        {day(invite.expires_at, Date.now())}, and is not shown again.
      </p>
      <div className="flex items-center justify-between gap-2 rounded-control border border-line py-1 pr-1 pl-3">
        <code className="min-w-0 font-mono text-sm break-all">{link}</code>
        <CopyButton text={link} label="Copy the link" />
      </div>
      <div>
        <Button onClick={onDone}>I have copied it</Button>
      </div>
    </div>
  );
}

function InviteRow({ invite }: { invite: InviteView }) {
  const revoke = useRevokeInvite();
  const name = invite.email ?? 'Whoever has the link';
  return (
    <li
      aria-label={name}
      className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2 rounded-card border border-line px-4 py-2"
    >
      <p className="min-w-0 text-sm text-soft wrap-anywhere">
        <span className="text-ink">{name}</span> · {invite.role} · good until {day(invite.expires_at, Date.now())}
      </p>
      <Button
        kind="bare"
        className="max-sm:-ml-2.5"
        disabled={revoke.isPending}
        onClick={() => revoke.mutate(invite.id)}
      >
        Take back
      </Button>
    </li>
  );
}
