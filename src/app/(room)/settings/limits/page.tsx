import { Limits } from '#ui/settings/limits.tsx';

export default function Page() {
  return <Limits />;
}
