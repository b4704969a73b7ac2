import { ModelsPage } from '#ui/settings/models.tsx';

export default function Page() {
  return <ModelsPage />;
}
