import { ProvidersPage } from '#ui/settings/providers.tsx';

export default function Page() {
  return <ProvidersPage />;
}
