'use client';
import { useQueryClient } from '@tanstack/react-query';
import type { FormEvent } from 'react';
import { toast } from 'sonner';
import { ApiError } from '#ui/api.ts';
import { Button } from '#ui/base/button.tsx';
import { Field } from '#ui/base/field.tsx';
import { NewPassword } from './new-password.tsx';
import { useChangePassword } from './use-people.ts';

/** `isNew` = signed in by the link of the terminal, without a password so far. */
export function PasswordForm({ isNew }: { isNew: boolean }) {
  const change = useChangePassword();
  const client = useQueryClient();
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const data = new FormData(form);
    const password = String(data.get('password'));
    const body = isNew
      ? { email: String(data.get('email')), password }
      : { current: String(data.get('current')), password };
    change.mutate(body, {
      onSuccess: () => {
        form.reset();
        toast(isNew ? 'From now on you sign in with it.' : 'Changed. All other sessions have ended.');
        client.invalidateQueries({ queryKey: ['session'] });
      },
    });
  };
  const faultOf = (param: string) =>
    change.error instanceof ApiError && change.error.param === param ? change.error.message : null;
  const fault = change.error && !['current', 'password', 'email'].some(faultOf) ? change.error.message : null;
  return (
    <section aria-labelledby="password" className="grid gap-3">
      <h2 id="password" className="font-medium">
        {isNew ? 'Choose a password' : 'Password'}
      </h2>
      {isNew && (
        <p className="max-w-prose text-sm text-soft">
          Until then only the link in the terminal lets you in. Afterwards it is not printed any more.
        </p>
      )}
      <form
        aria-label="Password"
        onSubmit={submit}
        className="grid gap-3 rounded-card border border-line bg-raised p-4"
      >
        <div className="grid gap-3 sm:grid-cols-2">
          {isNew ? (
            <Field label="E-mail" name="email" type="email" autoComplete="username" required fault={faultOf('email')} />
          ) : (
            <Field
              label="Password now"
              name="current"
              type="password"
              autoComplete="current-password"
              required
              fault={faultOf('current')}
            />
          )}
          <NewPassword label="New password" fault={faultOf('password')} />
        </div>
        {fault && (
          <p role="alert" className="text-sm text-failed">
            {fault}
          </p>
        )}
        <div>
          <Button type="submit" kind="primary" disabled={change.isPending}>
            {change.isPending ? 'Saving…' : isNew ? 'Choose it' : 'Change it'}
          </Button>
        </div>
      </form>
    </section>
  );
}
