import { PageMissing } from '#ui/pages/page-missing.tsx';

export default function NotFound() {
  return <PageMissing />;
}
