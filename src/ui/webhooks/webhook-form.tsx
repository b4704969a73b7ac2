'use client';
import { useState } from 'react';
import { useIsAdmin } from '#ui/admin/use-admin.ts';
import { ApiError } from '#ui/api.ts';
import { Button } from '#ui/base/button.tsx';
import { Checkbox } from '#ui/base/checkbox.tsx';
import { Field } from '#ui/base/field.tsx';
import { eventWords } from './webhook-words.ts';
import type { Webhook, WebhookPost } from './webhooks-api.ts';

type Props = {
  /** What is changed; absent = a new one. */
  webhook?: Webhook;
  save: { isPending: boolean; error: Error | null };
  onSave(body: WebhookPost): void;
  onLeave(): void;
};

/** Where to tell, and what. */
export function WebhookForm({ webhook, save, onSave, onLeave }: Props) {
  const isAdmin = useIsAdmin();
  const [url, setUrl] = useState(webhook?.url ?? '');
  const [name, setName] = useState(webhook?.name ?? '');
  const [all, setAll] = useState(webhook?.all ?? false);
  const [events, setEvents] = useState(webhook?.events ?? ['video.completed', 'video.failed']);
  const { error } = save;
  const param = error instanceof ApiError ? error.param : null;
  const faultOf = (field: string) => (param === field ? error?.message : null);
  return (
    <form
      aria-label={webhook ? `Change ${webhook.name}` : 'New webhook'}
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        const chosen = eventWords.flatMap((one) => (events.includes(one.event) ? [one.event] : []));
        onSave({ url: url.trim(), ...(name.trim() && { name: name.trim() }), events: chosen, ...(isAdmin && { all }) });
      }}
    >
      <Field
        label="Address"
        type="url"
        required
        autoFocus={!webhook}
        value={url}
        placeholder="https://example.com/hooks/dailies"
        fault={faultOf('url')}
        onChange={({ target }) => setUrl(target.value)}
      />
      <Field
        label="Name"
        value={name}
        maxLength={100}
        placeholder="its host"
        fault={faultOf('name')}
        onChange={({ target }) => setName(target.value)}
      />
      <fieldset className="grid gap-2">
        <legend className="mb-1 text-sm text-soft">Tell when</legend>
        {eventWords.map(({ event, word }) => (
          <Checkbox
            key={event}
            label={word}
            checked={events.includes(event)}
            onChange={(on) => setEvents(on ? [...events, event] : events.filter((other) => other !== event))}
          />
        ))}
      </fieldset>
      {isAdmin && <Checkbox label="Of everybody’s takes, not only mine" checked={all} onChange={setAll} />}
      {error && param !== 'url' && param !== 'name' && (
        <p role="alert" className="text-sm text-failed">
          {error.message}
        </p>
      )}
      <div className="flex flex-wrap gap-2">
        <Button type="submit" kind="primary" disabled={!url.trim() || events.length === 0 || save.isPending}>
          {save.isPending ? 'Saving…' : webhook ? 'Save' : 'Add the webhook'}
        </Button>
        <Button onClick={onLeave}>Leave it</Button>
      </div>
    </form>
  );
}
