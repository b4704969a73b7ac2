'use client';
import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { useState } from 'react';
import { Button } from '#ui/base/button.tsx';
import { Field } from '#ui/base/field.tsx';
import { type Description, grouped } from './description.ts';
import { OperationCard } from './operation-card.tsx';

/** Every request of the API, from the description that its own schemas make. */
export function ApiReference() {
  const [words, setWords] = useState('');
  const { data, isPending, isError, refetch } = useQuery<Description>({
    queryKey: ['openapi'],
    queryFn: async ({ signal }) => {
      const answer = await fetch('/openapi.json', { signal });
      if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
      return answer.json();
    },
    staleTime: Number.POSITIVE_INFINITY,
  });
  const groups = data ? grouped(data, words.trim()) : [];
  return (
    <div className="grid max-w-4xl gap-6">
      <div className="grid gap-2">
        <h1 className="text-lg font-medium">API</h1>
        <p className="text-soft text-pretty">
          Every request carries an API key as <code className="font-mono text-sm">Authorization: Bearer dk_…</code>. A
          program that was written for Sora works with <code className="font-mono text-sm">/v1</code> behind this
          address. Examples are in{' '}
          <Link href="/code" className="underline underline-offset-4 hover:text-ink">
            Use from code
          </Link>
          , the whole description in{' '}
          <a href="/openapi.json" className="underline underline-offset-4 hover:text-ink">
            openapi.json
          </a>
          .
        </p>
      </div>
      <Field
        label="Find"
        type="search"
        placeholder="content, POST, webhook …"
        value={words}
        onChange={({ target }) => setWords(target.value)}
        className="max-w-sm"
      />
      {isPending && <div aria-hidden className="h-96 rounded-card border border-line bg-raised" />}
      {isError && (
        <p role="alert" className="flex flex-wrap items-center gap-3 text-soft">
          The description could not be fetched. <Button onClick={() => refetch()}>Try again</Button>
        </p>
      )}
      {data && groups.length === 0 && <p className="text-soft">No request is called that.</p>}
      {groups.map(([tag, operations]) => (
        <section key={tag} aria-label={tag} className="grid gap-3">
          <h2 className="font-medium">{tag}</h2>
          <div className="divide-y divide-line overflow-hidden rounded-card border border-line">
            {operations.map((one) => (
              <OperationCard key={`${one.method} ${one.path}`} {...one} />
            ))}
          </div>
        </section>
      ))}
    </div>
  );
}
