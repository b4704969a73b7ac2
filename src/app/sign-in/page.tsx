import { SignIn } from '#ui/pages/sign-in.tsx';

export default function Page() {
  return <SignIn />;
}
