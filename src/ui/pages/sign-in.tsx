'use client';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useEffect, useState } from 'react';
import { ApiError, api } from '#ui/api.ts';
import { Button } from '#ui/base/button.tsx';
import { Mark } from '#ui/leader/mark.tsx';
import { Data } from '#ui/room/room.tsx';

export function SignIn() {
  return (
    <Data>
      <title>Sign in · Dailies</title>
      <Form />
    </Data>
  );
}

const field =
  'h-11 w-full rounded-control border border-line bg-raised px-3 aria-invalid:border-failed placeholder:text-faint';

function Form() {
  const [isLocal, setLocal] = useState(false);
  useEffect(() => setLocal(/^(localhost|127\.|\[::1\])/.test(location.hostname)), []);
  const signIn = useMutation({
    mutationFn: (body: { email: string; password: string }) => api.signIn(body),
    // A full load: nothing read as a stranger stays.
    onSuccess: () => location.assign(wantedPath()),
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    signIn.mutate({ email: String(data.get('email')), password: String(data.get('password')) });
  };
  const wrong = signIn.error instanceof ApiError && signIn.error.status === 401;
  return (
    <main className="mx-auto grid min-h-dvh w-full max-w-sm content-center gap-8 px-4">
      <h1 className="flex items-center gap-3 text-lg font-medium">
        <Mark className="size-8" />
        Dailies
      </h1>
      <form className="grid gap-4" onSubmit={submit}>
        <label className="grid gap-1 text-sm">
          <span className="text-soft">E-mail</span>
          <input
            name="email"
            type="email"
            required
            autoComplete="username"
            aria-invalid={wrong || undefined}
            className={field}
          />
        </label>
        <label className="grid gap-1 text-sm">
          <span className="text-soft">Password</span>
          <input
            name="password"
            type="password"
            required
            autoComplete="current-password"
            aria-invalid={wrong || undefined}
            className={field}
          />
        </label>
        {signIn.error && (
          <p role="alert" className="text-sm text-failed">
            {signIn.error.message}
          </p>
        )}
        <Button type="submit" kind="primary" className="h-11" disabled={signIn.isPending || signIn.isSuccess}>
          {signIn.isPending ? 'Signing in…' : 'Sign in'}
        </Button>
      </form>
      {isLocal && (
        <p className="text-sm text-soft">
          On this machine no password is needed: open the link that the terminal prints at the start.
        </p>
      )}
    </main>
  );
}

/** Where the visitor wanted to go; only ever a path of our own. */
function wantedPath(): string {
  const to = new URLSearchParams(location.search).get('to') ?? '/';
  return /^\/(?![/\\])/.test(to) ? to : '/';
}
