'use client';
import { useState } from 'react';
import { Button } from '#ui/base/button.tsx';
import { Notice } from '#ui/base/notice.tsx';
import { useSession } from '#ui/use-session.ts';
import { useCreateWebhook, useWebhooks } from './use-webhooks.ts';
import { WebhookCard } from './webhook-card.tsx';
import { WebhookForm } from './webhook-form.tsx';
import { WebhookSecretNote } from './webhook-secret.tsx';

/** Addresses that are told what happens to one's takes. */
export function WebhooksPage() {
  const webhooks = useWebhooks();
  const { data: session } = useSession();
  const canChange = session !== undefined && session.user.role !== 'viewer';
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-8">
      <div className="grid gap-2">
        <h1 className="text-lg font-medium">Webhooks</h1>
        <p className="max-w-prose text-soft text-pretty">
          Your program is told when a clip is ready, so that it need not ask. What does not arrive is tried again for 72
          hours.
        </p>
      </div>
      {webhooks.isError && !webhooks.data && (
        <Notice
          title="The webhooks could not be read"
          action={<Button onClick={() => webhooks.refetch()}>Try again</Button>}
        >
          {webhooks.error.message}
        </Notice>
      )}
      {webhooks.isPending && <div aria-hidden="true" className="h-40 rounded-card bg-lifted/60" />}
      {webhooks.data && (
        <ul className="grid grid-cols-[minmax(0,1fr)] gap-4">
          {webhooks.data.webhooks.length === 0 && (
            <li className="rounded-card border border-line px-4 py-6 text-center text-soft text-pretty">
              None yet. Polling and the live stream work without one.
            </li>
          )}
          {webhooks.data.webhooks.map((webhook) => (
            <WebhookCard key={webhook.id} webhook={webhook} canChange={canChange} />
          ))}
        </ul>
      )}
      {webhooks.data && canChange && <Add />}
    </div>
  );
}

function Add() {
  const [isOpen, setOpen] = useState(false);
  const [secret, setSecret] = useState<string | null>(null);
  const create = useCreateWebhook();
  const leave = () => {
    create.reset();
    setOpen(false);
  };
  if (secret) return <WebhookSecretNote secret={secret} both={false} onDone={() => setSecret(null)} />;
  if (!isOpen) {
    return (
      <div>
        <Button onClick={() => setOpen(true)}>Add a webhook</Button>
      </div>
    );
  }
  return (
    <section aria-labelledby="add" className="grid gap-4 rounded-card border border-line bg-raised p-4">
      <h2 id="add" className="font-medium">
        Add a webhook
      </h2>
      <WebhookForm
        save={create}
        onLeave={leave}
        onSave={(body) =>
          create.mutate(body, {
            onSuccess: (made) => {
              setSecret(made.secret);
              leave();
            },
          })
        }
      />
    </section>
  );
}
