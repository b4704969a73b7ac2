import { Keys } from '#ui/keys/keys.tsx';

export default function Page() {
  return <Keys />;
}
