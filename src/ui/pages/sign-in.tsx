'use client';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useEffect, useState } from 'react';
import { ApiError, api } from '#ui/api.ts';
import { Button } from '#ui/base/button.tsx';
import { Mark } from '#ui/leader/mark.tsx';
import { Data } from '#ui/room/data.tsx';

/** What the address of this page says. */
type Visit = {
  /** Of the link that a new installation prints: the visitor becomes its admin. */
  firstToken: string | null;
  linkIsUsed: boolean;
  isLocal: boolean;
};

const unknownVisit: Visit = { firstToken: null, linkIsUsed: false, isLocal: false };

export function SignIn() {
  return (
    <Data>
      <title>Sign in · Dailies</title>
      <main className="mx-auto grid min-h-dvh w-full max-w-sm content-center gap-8 px-4">
        <h1 className="flex items-center gap-3 text-lg font-medium">
          <Mark className="size-8" />
          Dailies
        </h1>
        <Form />
      </main>
    </Data>
  );
}

function Form() {
  const [{ firstToken, linkIsUsed, isLocal }, setVisit] = useState(unknownVisit);
  useEffect(() => setVisit(readVisit()), []);
  const enter = useMutation({
    mutationFn: (body: { email: string; password: string }) =>
      firstToken ? api.first({ ...body, token: firstToken }) : api.signIn(body),
    // A full load: nothing read as a stranger stays.
    onSuccess: () => location.assign(wantedPath()),
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    enter.mutate({ email: String(data.get('email')), password: String(data.get('password')) });
  };
  const fault = enter.error instanceof ApiError ? enter.error : null;
  const isWrong = (field: string) => fault?.status === 401 || fault?.param === field || undefined;
  const verb = firstToken ? 'Begin' : 'Sign in';
  return (
    <>
      {firstToken && <p className="text-soft">Choose how you sign in from now on. You are the admin.</p>}
      <form className="grid gap-4" onSubmit={submit}>
        <Field name="email" label="E-mail" type="email" autoComplete="username" isWrong={isWrong('email')} />
        <Field
          name="password"
          label="Password"
          type="password"
          autoComplete={firstToken ? 'new-password' : 'current-password'}
          minLength={firstToken ? 8 : undefined}
          isWrong={isWrong('password')}
        />
        {enter.error && (
          <p role="alert" className="text-sm text-failed">
            {enter.error.message}
          </p>
        )}
        <Button type="submit" kind="primary" className="h-11" disabled={enter.isPending || enter.isSuccess}>
          {enter.isPending ? 'One moment…' : verb}
        </Button>
      </form>
      {(linkIsUsed || isLocal) && !firstToken && (
        <p className="text-sm text-soft">
          {linkIsUsed
            ? 'That link was used already. A restart of Dailies prints a new one.'
            : 'On this machine no password is needed: open the link that the terminal prints at each start.'}
        </p>
      )}
    </>
  );
}

type FieldProps = {
  name: string;
  label: string;
  type: string;
  autoComplete: string;
  minLength?: number;
  isWrong?: boolean;
};

function Field({ label, isWrong, ...input }: FieldProps) {
  return (
    <label className="grid gap-1 text-sm">
      <span className="text-soft">{label}</span>
      <input
        {...input}
        required
        aria-invalid={isWrong}
        className="h-11 w-full rounded-control border border-line bg-raised px-3 text-base aria-invalid:border-failed"
      />
    </label>
  );
}

function readVisit(): Visit {
  const params = new URLSearchParams(location.search);
  return {
    firstToken: params.get('first'),
    linkIsUsed: params.get('link') === 'used',
    isLocal: /^(localhost|127\.|\[::1\])/.test(location.hostname),
  };
}

/** Where the visitor wanted to go; only ever a path of our own. */
function wantedPath(): string {
  const to = new URLSearchParams(location.search).get('to') ?? '/';
  return /^\/(?![/\\])/.test(to) ? to : '/';
}
