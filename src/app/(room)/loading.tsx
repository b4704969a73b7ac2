import { Skeleton } from '#ui/studio/skeleton.tsx';

export default function Loading() {
  return <Skeleton />;
}
