import { Admin } from '#ui/admin/admin.tsx';

export default function Page() {
  return <Admin />;
}
