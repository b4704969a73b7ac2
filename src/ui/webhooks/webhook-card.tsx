'use client';
import { Play, Send } from 'lucide-react';
import { useState } from 'react';
import { Button } from '#ui/base/button.tsx';
import { Sheet } from '#ui/base/sheet.tsx';
import { cn } from '#ui/class-names.ts';
import { TestResult } from '#ui/settings/test-result.tsx';
import { clock } from '#ui/time.ts';
import {
  useChangeWebhook,
  useRemoveWebhook,
  useResumeWebhook,
  useRotateWebhook,
  useTestWebhook,
} from './use-webhooks.ts';
import { WebhookForm } from './webhook-form.tsx';
import { WebhookLog } from './webhook-log.tsx';
import { WebhookSecretNote } from './webhook-secret.tsx';
import { webhookLook } from './webhook-words.ts';
import type { Webhook } from './webhooks-api.ts';

/** One webhook: how it stands, and everything that can be done with it. */
export function WebhookCard({ webhook, canChange }: { webhook: Webhook; canChange: boolean }) {
  const [asks, setAsks] = useState<'log' | 'change' | 'rotate' | 'remove' | null>(null);
  const [secret, setSecret] = useState<string | null>(null);
  const change = useChangeWebhook(webhook.id);
  const rotate = useRotateWebhook(webhook.id);
  const remove = useRemoveWebhook(webhook.id);
  const test = useTestWebhook(webhook.id);
  const { word, ink, icon: Icon } = webhookLook(webhook);
  const done = () => setAsks(null);
  const open = (what: NonNullable<typeof asks>) => setAsks(asks === what ? null : what);
  return (
    <li
      aria-labelledby={`webhook-${webhook.id}`}
      className="grid grid-cols-[minmax(0,1fr)] gap-4 rounded-card border border-line bg-raised p-4"
    >
      <div className="grid min-w-0 gap-0.5">
        <h2 id={`webhook-${webhook.id}`} className="font-medium wrap-anywhere">
          {webhook.name}
        </h2>
        <p className={cn('flex items-center gap-1.5 text-sm', ink)}>
          <Icon aria-hidden className="size-3.5 shrink-0" />
          {word}
          {webhook.failing_since && webhook.state === 'failing' && ` since ${clock(webhook.failing_since, new Date())}`}
        </p>
        <p className="font-mono text-sm text-soft wrap-anywhere">{webhook.url}</p>
        <p className="text-sm text-soft wrap-anywhere">
          {[...webhook.events, ...(webhook.all ? ['of everybody’s takes'] : [])].join(' · ')}
        </p>
      </div>
      {webhook.state === 'paused' && <Paused webhook={webhook} canChange={canChange} />}
      <div className="flex flex-wrap gap-2">
        {canChange && (
          <Button disabled={test.isPending} title="Sends webhook.test there now" onClick={() => test.mutate()}>
            <Send aria-hidden className="size-3.5" />
            {test.isPending ? 'Testing…' : 'Test'}
          </Button>
        )}
        <Button aria-expanded={asks === 'log'} onClick={() => open('log')}>
          Log
        </Button>
        {canChange && (
          <>
            <Button aria-expanded={asks === 'change'} onClick={() => open('change')}>
              Change
            </Button>
            <Button onClick={() => open('rotate')}>Rotate the secret</Button>
            <Button kind="bare" onClick={() => open('remove')}>
              Remove
            </Button>
          </>
        )}
      </div>
      <TestResult {...resultOf(test)} />
      {secret && <WebhookSecretNote secret={secret} both onDone={() => setSecret(null)} />}
      {asks === 'change' && (
        <WebhookForm
          webhook={webhook}
          save={change}
          onSave={(body) => change.mutate(body, { onSuccess: done })}
          onLeave={done}
        />
      )}
      {asks === 'log' && <WebhookLog id={webhook.id} canReplay={canChange} />}
      <AskSheet
        title={`Rotate the secret of ${webhook.name}?`}
        open={asks === 'rotate'}
        action="Rotate"
        doing={rotate}
        onClose={done}
        onAgree={() =>
          rotate.mutate(undefined, {
            onSuccess: (answer) => {
              setSecret(answer.secret);
              done();
            },
          })
        }
      >
        There will be a new secret. For a day messages are signed with both, so that you can bring it in at leisure.
      </AskSheet>
      <AskSheet
        title={`Remove ${webhook.name}?`}
        open={asks === 'remove'}
        action="Remove"
        doing={remove}
        onClose={done}
        onAgree={() => remove.mutate(undefined, { onSuccess: done })}
      >
        Nothing is sent there any more, and its log goes too.
      </AskSheet>
    </li>
  );
}

/** Why nothing is sent, how much waits, and the way on. */
function Paused({ webhook, canChange }: { webhook: Webhook; canChange: boolean }) {
  const resume = useResumeWebhook(webhook.id);
  const held = webhook.held === 1 ? '1 message waits' : `${webhook.held.toLocaleString()} messages wait`;
  return (
    <div className="grid gap-2 rounded-control border border-needs-you/50 p-3 text-sm">
      <p className="max-w-prose text-pretty">
        {webhook.paused_why} Nothing is sent{webhook.paused_at && ` since ${clock(webhook.paused_at, new Date())}`}.{' '}
        {webhook.held > 0 && `${held}, and will be sent when it goes on.`}
      </p>
      {canChange && (
        <div>
          <Button disabled={resume.isPending} onClick={() => resume.mutate()}>
            <Play aria-hidden className="size-3.5" />
            Resume
          </Button>
        </div>
      )}
      {resume.isError && (
        <p role="alert" className="text-failed">
          {resume.error.message}
        </p>
      )}
    </div>
  );
}

function resultOf({ data, error }: ReturnType<typeof useTestWebhook>) {
  const isWell = data?.state === 'delivered';
  const answer = data && (isWell ? `It arrived, and was answered ${data.last_status}.` : data.last_error);
  return { isWell, said: error?.message ?? answer };
}

type AskProps = {
  title: string;
  open: boolean;
  action: string;
  doing: { isPending: boolean; error: Error | null };
  onAgree(): void;
  onClose(): void;
  children: string;
};

/** One question before something that cannot be taken back. */
function AskSheet({ title, open, action, doing, onAgree, onClose, children }: AskProps) {
  return (
    <Sheet title={title} open={open} onOpenChange={(next) => !next && onClose()}>
      <p className="text-soft">{children}</p>
      {doing.error && (
        <p role="alert" className="mt-3 text-sm text-failed">
          {doing.error.message}
        </p>
      )}
      <div className="mt-5 flex flex-wrap justify-end gap-2">
        <Button onClick={onClose}>Leave it</Button>
        <Button kind="primary" disabled={doing.isPending} onClick={onAgree}>
          {action}
        </Button>
      </div>
    </Sheet>
  );
}
