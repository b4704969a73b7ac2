import { Studio } from '#ui/studio/studio.tsx';

export default function Page() {
  return <Studio />;
}
