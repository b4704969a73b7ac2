'use client';
import Link from 'next/link';
import { useSession } from '#ui/use-session.ts';
import { CodeBlock } from './code-block.tsx';
import { codeSamples } from './code-samples.ts';

/** Everything that the studio does, from a program. */
export function UseFromCode() {
  const { data: session } = useSession();
  if (!session) return null;
  return (
    <div className="grid max-w-3xl gap-6">
      <div className="grid gap-2">
        <h1 className="text-lg font-medium">Use from code</h1>
        <p className="text-soft text-pretty">
          Every button of the studio is a request. Ask for a clip, look how far it is, fetch the file: it waits here as
          long as you keep it.
          {session.api_key === null && ' Put your API key in the place of YOUR_KEY.'}
        </p>
        <p className="text-soft text-pretty">
          Code that was written for Sora works as it is: its base URL is{' '}
          <code className="font-mono text-sm">{session.url}/v1</code>. All requests are described under{' '}
          <Link href="/docs/api" className="underline underline-offset-4 hover:text-ink">
            API
          </Link>
          .
        </p>
      </div>
      {codeSamples(session.url, session.api_key ?? 'YOUR_KEY').map((sample) => (
        <CodeBlock key={sample.title} {...sample} />
      ))}
    </div>
  );
}
