'use client';
import { Button } from '#ui/base/button.tsx';
import { CopyButton } from '#ui/base/copy-button.tsx';

/** A secret, this once. */
export function WebhookSecretNote({ secret, both, onDone }: { secret: string; both: boolean; onDone(): void }) {
  return (
    <section aria-label="Signing secret" className="grid gap-2 rounded-card border border-line bg-lifted/60 p-4">
      <p className="font-medium">Copy the secret now: it is not shown again.</p>
      <p className="max-w-prose text-sm text-soft text-pretty">
        Every message is signed with it; <code className="font-mono">client.webhooks.unwrap</code> of the OpenAI SDKs
        checks that.
        {both && ' For a day both are signed with, the new one and the one before.'}
      </p>
      <div className="flex items-center gap-2">
        <code className="min-w-0 flex-1 rounded-control border border-line bg-raised px-2.5 py-2 font-mono text-sm break-all">
          {secret}
        </code>
        <CopyButton text={secret} label="Copy the secret" />
      </div>
      <div>
        <Button onClick={onDone}>I have it</Button>
      </div>
    </section>
  );
}
