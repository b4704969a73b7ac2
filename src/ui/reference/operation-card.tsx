import type { ReactNode } from 'react';
import type { Listed } from './description.ts';
import { type Schema, schemaText } from './schema-text.ts';

/** One request: closed a line, open all that goes in and comes out. */
export function OperationCard({ method, path, operation }: Listed) {
  const { summary, parameters = [], requestBody, responses } = operation;
  return (
    <details className="group">
      <summary className="flex min-h-11 cursor-pointer flex-wrap items-baseline gap-x-4 gap-y-1 px-4 py-2.5 transition-colors hover:bg-lifted">
        <span className="w-14 shrink-0 font-mono text-sm text-soft">{method}</span>
        <span className="font-mono text-sm break-all">{path}</span>
        <span className="text-sm text-soft">{summary}</span>
      </summary>
      <div className="grid gap-5 border-t border-line bg-raised p-4 text-sm">
        {parameters.length > 0 && (
          <Part title="Parameters">
            <dl className="grid gap-2">
              {parameters.map(({ name, in: place, required, schema = {}, description }) => (
                <div key={`${place} ${name}`} className="flex flex-wrap gap-x-3">
                  <dt className="font-mono">
                    {name}
                    {required ? '' : '?'}
                  </dt>
                  <dd className="text-soft">
                    <span className="font-mono">{schemaText(schema)}</span> in the {place}
                    {description ? `. ${description}` : ''}
                  </dd>
                </div>
              ))}
            </dl>
          </Part>
        )}
        {requestBody && (
          <Part title={`Body: ${Object.keys(requestBody.content).join(' or ')}`}>
            <Type schema={Object.values(requestBody.content)[0]?.schema} />
          </Part>
        )}
        <Part title="Answers">
          <ul className="grid gap-3">
            {Object.entries(responses).map(([status, { description, content = {} }]) => (
              <li key={status} className="grid gap-2">
                <p>
                  <span className="font-mono">{status}</span> <span className="text-soft">{description}</span>
                </p>
                {Number(status) < 300 && <Type schema={Object.values(content)[0]?.schema} />}
              </li>
            ))}
          </ul>
        </Part>
      </div>
    </details>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="grid gap-2">
      <h3 className="text-soft">{title}</h3>
      {children}
    </section>
  );
}

const Type = ({ schema }: { schema: Schema | undefined }) =>
  schema && (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to be reached by the keyboard
    <pre tabIndex={0} className="overflow-x-auto rounded-control border border-line p-3 font-mono">
      {schemaText(schema)}
    </pre>
  );
