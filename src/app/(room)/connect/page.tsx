import { Connect } from '#ui/pages/connect.tsx';

export default function Page() {
  return <Connect />;
}
