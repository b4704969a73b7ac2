import { Audit } from '#ui/admin/audit.tsx';

export default function Page() {
  return <Audit />;
}
