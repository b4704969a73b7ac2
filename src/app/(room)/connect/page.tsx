import { redirect } from 'next/navigation';

/** An address that is easy to tell. */
export default function Page() {
  redirect('/settings/providers');
}
