import { UseFromCode } from '#ui/pages/use-from-code.tsx';

export default function Page() {
  return <UseFromCode />;
}
