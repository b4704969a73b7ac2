import { WebhooksPage } from '#ui/webhooks/webhooks.tsx';

export default function Page() {
  return <WebhooksPage />;
}
