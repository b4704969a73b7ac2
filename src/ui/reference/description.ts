import type { Schema } from './schema-text.ts';

type Content = Record<string, { schema?: Schema }>;

export type Operation = {
  tags?: string[];
  summary?: string;
  parameters?: { name: string; in: string; required?: boolean; schema?: Schema; description?: string }[];
  requestBody?: { content: Content };
  responses: Record<string, { description: string; content?: Content }>;
};

/** `/openapi.json`. */
export type Description = {
  paths: Record<string, Record<string, Operation>>;
};

export type Listed = { method: string; path: string; operation: Operation };

const ownTag = 'Dailies';

/** Every operation under its tag, those of the OpenAI protocol first; `words` = only those that hold all of them. */
export function grouped({ paths }: Description, words: string): [tag: string, operations: Listed[]][] {
  const wanted = words.toLowerCase().split(/\s+/);
  const all = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): Listed => ({ method: method.toUpperCase(), path, operation })),
  );
  const found = all.filter(({ method, path, operation }) => {
    const text = `${method} ${path} ${operation.summary ?? ''}`.toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
  found.sort((a, b) => a.path.localeCompare(b.path));
  const groups = Map.groupBy(found, ({ operation }) => operation.tags?.[0] ?? ownTag);
  return [...groups].sort(([a], [b]) => Number(a === ownTag) - Number(b === ownTag) || a.localeCompare(b));
}
