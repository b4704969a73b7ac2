'use client';
import type { ReactNode } from 'react';
import { useModelList } from '#ui/use-models.ts';
import { useSession } from '#ui/use-session.ts';
import { CodeBlock } from './code-block.tsx';

const server = `# any server that speaks the /v1/videos protocol
OPENAI_BASE_URL=https://videos.example.com/v1
OPENAI_API_KEY=your-key`;
const chosen = `# what the studio and the API use when nothing else is asked for
DAILIES_DEFAULT_MODEL=openai/default`;

/** How to get real pictures, as long as a provider is configured by variables. */
export function Connect() {
  const { data: session } = useSession();
  const others = useModelList().filter((model) => model.provider !== 'simulator');
  return (
    <div className="grid max-w-3xl gap-8">
      <div className="grid gap-2">
        <h1 className="text-lg font-medium">Connect a provider</h1>
        <p className="text-soft text-pretty">
          {session?.connected
            ? `Connected: ${[...new Set(others.map((model) => model.provider))].join(', ')}. Choose its model in the composer, or make it the default.`
            : 'The test pattern shows that everything works. Real pictures come from a server that speaks the /v1/videos protocol: your own (vLLM-Omni, SGLang, LiteLLM) or a hosted one.'}
        </p>
      </div>
      <Step n={1} title="Name the server and its key">
        <p className="text-soft">Write these lines into a file named .env.local beside package.json.</p>
        <CodeBlock title=".env.local" code={server} />
      </Step>
      <Step n={2} title="Restart Dailies">
        <p className="text-soft">
          Stop it and run <code className="font-mono text-ink">npm start</code> again. It prints which providers it
          found, and from which variable. Takes that are running go on where they were.
        </p>
      </Step>
      <Step n={3} title="Choose it as the default">
        <p className="text-soft">
          Its models then stand in the composer. A key that is found is never used by itself: until you choose another
          model, the test pattern stays the default.
        </p>
        <CodeBlock title=".env.local" code={chosen} />
      </Step>
    </div>
  );
}

function Step({ n, title, children }: { n: number; title: string; children: ReactNode }) {
  return (
    <section className="grid gap-3">
      <h2 className="flex items-baseline gap-3 font-medium">
        <span className="font-mono text-sm text-faint">{n}</span>
        {title}
      </h2>
      {children}
    </section>
  );
}
