import { CopyButton } from '#ui/base/copy-button.tsx';

/** Lines to copy. */
export function CodeBlock({ title, code }: { title: string; code: string }) {
  return (
    <section className="overflow-hidden rounded-card border border-line bg-raised">
      <div className="flex items-center justify-between border-b border-line py-1 pr-1 pl-4">
        <h2 className="text-sm text-soft">{title}</h2>
        <CopyButton text={code} label={`Copy: ${title}`} />
      </div>
      <pre className="p-4 font-mono text-sm break-words whitespace-pre-wrap">{code}</pre>
    </section>
  );
}
