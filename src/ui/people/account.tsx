'use client';
import { useSession } from '#ui/use-session.ts';
import { PasswordForm } from './password-form.tsx';
import { Sessions } from './sessions.tsx';

/** What people change of their own. */
export function Account() {
  const { data: session } = useSession();
  return (
    <div className="grid gap-8">
      <div className="grid gap-2">
        <h1 className="text-lg font-medium">Account</h1>
        {session && (
          <p className="text-soft wrap-anywhere">
            {session.user.name} · {session.user.email} · {session.user.role}
          </p>
        )}
      </div>
      {session && <PasswordForm isNew={session.user.email === 'admin@localhost'} />}
      <Sessions />
    </div>
  );
}
