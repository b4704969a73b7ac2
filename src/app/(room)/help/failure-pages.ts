import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cwd } from 'node:process';

/** One page per failure code, written for readers of the repository and of the studio alike. */
const folder = join(cwd(), 'docs/failures');

export type FailurePage = { code: string; title: string; markdown: string };

/** Every code that has a page, in the order of their titles. */
export async function failurePages(): Promise<FailurePage[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.md'));
  const pages = await Promise.all(names.map((name) => failurePage(name.slice(0, -'.md'.length))));
  return pages.sort((a, b) => a.title.localeCompare(b.title));
}

async function failurePage(code: string): Promise<FailurePage> {
  const text = await readFile(join(folder, `${code}.md`), 'utf8');
  const [heading = '', ...rest] = text.split('\n');
  return { code, title: heading.replace(/^#\s*/, ''), markdown: rest.join('\n') };
}
