import { HelpPage } from '#ui/pages/help.tsx';
import { failurePage, failurePages } from '../failure-pages.ts';

type Props = { params: Promise<{ code: string }> };

/** Written at build time; any other code is no page. */
export const dynamicParams = false;

export async function generateStaticParams() {
  return (await failurePages()).map(({ code }) => ({ code }));
}

export default async function Page({ params }: Props) {
  const { code } = await params;
  return <HelpPage {...(await failurePage(code))} />;
}
