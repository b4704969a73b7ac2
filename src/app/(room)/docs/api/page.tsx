import { ApiReference } from '#ui/reference/api-reference.tsx';

export default function Page() {
  return <ApiReference />;
}
