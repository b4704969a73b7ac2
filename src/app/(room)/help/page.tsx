import { HelpIndex } from '#ui/pages/help.tsx';
import { failurePages } from './failure-pages.ts';

export default async function Page() {
  const pages = await failurePages();
  return <HelpIndex pages={pages.map(({ code, title }) => ({ code, title }))} />;
}
