import { Account } from '#ui/people/account.tsx';

export default function Page() {
  return <Account />;
}
