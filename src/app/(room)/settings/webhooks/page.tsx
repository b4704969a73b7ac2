import { WebhooksPage } from '#ui/settings/webhooks.tsx';

export default function Page() {
  return <WebhooksPage />;
}
