'use client';
import { Button } from '#ui/base/button.tsx';
import { CopyButton } from '#ui/base/copy-button.tsx';
import { CodeBlock } from '#ui/pages/code-block.tsx';
import { codeSamples } from '#ui/pages/code-samples.ts';
import type { KeyMade } from './keys-api.ts';

/** The one time that a key is shown, with all that a program needs beside it. */
export function NewKey({ made, url, onDone }: { made: KeyMade; url: string; onDone(): void }) {
  const { key, secret } = made;
  return (
    <section aria-labelledby="new-key" className="grid gap-4 rounded-card border border-line bg-raised p-4">
      <div className="grid gap-1">
        <h2 id="new-key" className="font-medium wrap-anywhere">
          {key.name} is made
        </h2>
        <p className="text-sm text-soft">Copy it now: it is not shown again.</p>
      </div>
      <div className="flex items-center justify-between gap-2 rounded-control border border-line py-1 pr-1 pl-3">
        <code className="min-w-0 font-mono text-sm break-all">{secret}</code>
        <CopyButton text={secret} label="Copy the key" />
      </div>
      <details className="text-sm">
        <summary className="text-soft pointer-coarse:py-3">Use it from code</summary>
        <div className="mt-3 grid gap-3">
          <p className="text-soft">
            Code that was written for Sora needs this key and the base URL{' '}
            <code className="font-mono wrap-anywhere">{url}/v1</code>.
          </p>
          {codeSamples(url, secret).map((sample) => (
            <CodeBlock key={sample.title} {...sample} />
          ))}
        </div>
      </details>
      <div>
        <Button onClick={onDone}>I have copied it</Button>
      </div>
    </section>
  );
}
