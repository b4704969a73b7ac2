import { UsagePage } from '#ui/usage/usage.tsx';

export default function Page() {
  return <UsagePage />;
}
