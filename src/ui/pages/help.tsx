import { ArrowLeft } from 'lucide-react';
import Markdown from 'markdown-to-jsx/react';
import Link from 'next/link';
import type { ReactNode } from 'react';
import { Button } from '#ui/base/button.tsx';

/** What a failure means and what can be done, as its page in the repository says. Markup in it stays text. */
export function HelpPage({ title, markdown }: { title: string; markdown: string }) {
  return (
    <article className="max-w-2xl">
      <Button kind="bare" asChild className="-ml-2.5">
        <Link href="/help">
          <ArrowLeft aria-hidden className="size-4" /> All failures
        </Link>
      </Button>
      <h1 className="mt-3 text-lg font-medium">{title}</h1>
      <Markdown
        options={{ forceBlock: true, disableParsingRawHTML: true, overrides: { a: Outside } }}
        className="grid gap-4 pt-2 text-soft text-pretty [&_code]:font-mono [&_code]:text-sm [&_code]:text-ink [&_li]:pl-1 [&_ol]:grid [&_ol]:list-decimal [&_ol]:gap-2 [&_ol]:pl-6 [&_strong]:font-medium [&_strong]:text-ink"
      >
        {markdown}
      </Markdown>
    </article>
  );
}

/** A link to the web; one between files of the repository leads nowhere here, and is only its words. */
function Outside({ href, children }: { href?: string; children?: ReactNode }) {
  if (!href?.startsWith('https:')) return children;
  return (
    <a href={href} className="underline underline-offset-4 hover:text-ink">
      {children}
    </a>
  );
}

/** Every failure that a take can show. */
export function HelpIndex({ pages }: { pages: { code: string; title: string }[] }) {
  return (
    <div className="grid max-w-2xl gap-4">
      <h1 className="text-lg font-medium">When a take fails</h1>
      <ul className="divide-y divide-line rounded-card border border-line">
        {pages.map(({ code, title }) => (
          <li key={code}>
            <Link
              href={`/help/${code}`}
              className="flex min-h-11 flex-wrap items-center justify-between gap-x-4 px-4 py-2 transition-colors hover:bg-lifted"
            >
              {title}
              <span className="font-mono text-sm text-faint">{code}</span>
            </Link>
          </li>
        ))}
      </ul>
    </div>
  );
}
