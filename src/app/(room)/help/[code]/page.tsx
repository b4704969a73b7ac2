import { notFound } from 'next/navigation';
import { HelpPage } from '#ui/pages/help.tsx';
import { failurePages } from '../failure-pages.ts';

export default async function Page({ params }: { params: Promise<{ code: string }> }) {
  const { code } = await params;
  // Looked up, and never made into a path.
  const page = (await failurePages()).find((one) => one.code === code);
  if (!page) notFound();
  return <HelpPage {...page} />;
}
