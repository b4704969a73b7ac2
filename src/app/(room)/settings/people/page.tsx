import { People } from '#ui/people/people.tsx';

export default function Page() {
  return <People />;
}
