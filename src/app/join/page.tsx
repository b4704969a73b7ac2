import { Join } from '#ui/people/join.tsx';

export default function Page() {
  return <Join />;
}
