'use client';
import { useMutation, useQuery } from '@tanstack/react-query';
import { type FormEvent, useEffect, useState } from 'react';
import { ApiError } from '#ui/api.ts';
import { Button } from '#ui/base/button.tsx';
import { Field } from '#ui/base/field.tsx';
import { Mark } from '#ui/leader/mark.tsx';
import { Data } from '#ui/room/data.tsx';
import { NewPassword } from './new-password.tsx';
import { peopleApi } from './people-api.ts';

/** Where the link of an invite leads. Its token stands behind the #, which no server sees. */
export function Join() {
  const [token, setToken] = useState<string | null>(null);
  useEffect(() => setToken(location.hash.slice(1)), []);
  return (
    <Data>
      <title>Come in · Dailies</title>
      <main className="mx-auto grid min-h-dvh w-full max-w-sm content-center gap-8 px-4 py-8">
        <h1 className="flex items-center gap-3 text-lg font-medium">
          <Mark className="size-8" />
          Dailies
        </h1>
        {token !== null && <Invited token={token} />}
      </main>
    </Data>
  );
}

const what = { admin: 'an admin', member: 'a member', viewer: 'a viewer' };

function Invited({ token }: { token: string }) {
  const offer = useQuery({
    queryKey: ['offer', token],
    queryFn: () => peopleApi.look(token || 'none'),
    refetchOnWindowFocus: false,
  });
  const join = useMutation({
    mutationFn: peopleApi.join,
    // A full load, without the token in the address.
    onSuccess: () => location.replace('/'),
  });
  if (offer.isPending) return <p className="text-soft">One moment…</p>;
  if (offer.isError) return <Closed error={offer.error} />;
  const { role, email } = offer.data;
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const [name, password] = [String(data.get('name')), String(data.get('password'))];
    join.mutate({ token, name, password, ...(email === null && { email: String(data.get('email')) }) });
  };
  const faultOf = (param: string) =>
    join.error instanceof ApiError && join.error.param === param ? join.error.message : null;
  const fault = join.error && !['name', 'email', 'password'].some(faultOf) ? join.error.message : null;
  return (
    <>
      <p className="text-soft">You are invited as {what[role]}.</p>
      <form className="grid gap-4" onSubmit={submit}>
        <Field label="Name" name="name" autoComplete="name" required maxLength={100} fault={faultOf('name')} />
        <Field
          label="E-mail"
          name="email"
          type="email"
          autoComplete="username"
          required
          {...(email !== null && { value: email, readOnly: true })}
          fault={faultOf('email')}
        />
        <NewPassword label="Password" fault={faultOf('password')} />
        {fault && (
          <p role="alert" className="text-sm text-failed">
            {fault}
          </p>
        )}
        <Button type="submit" kind="primary" className="h-11" disabled={join.isPending || join.isSuccess}>
          {join.isPending ? 'One moment…' : 'Come in'}
        </Button>
      </form>
    </>
  );
}

function Closed({ error }: { error: Error }) {
  const isClosed = error instanceof ApiError && error.status === 404;
  return (
    <div role="alert" className="grid gap-4">
      <p>{isClosed ? 'This invite was used, taken back, or has run out.' : error.message}</p>
      <p className="text-sm text-soft">
        {isClosed ? 'Ask whoever sent it for another one, or sign in if you came in before.' : 'Try again in a moment.'}
      </p>
      <Button asChild>
        <a href="/sign-in">Sign in</a>
      </Button>
    </div>
  );
}
