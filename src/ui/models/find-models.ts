import type { ModelView } from '#ui/shapes.ts';

/** The models that have every word in their name, id or provider. */
export function find(models: readonly ModelView[], words: string): ModelView[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  return models.filter(({ id, label, provider_name }) => {
    const text = `${label} ${id} ${provider_name}`.toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
}

/** In the order in which the providers first appear. */
export function groupByProvider(models: readonly ModelView[]): { name: string; models: ModelView[] }[] {
  const groups = new Map<string, ModelView[]>();
  for (const model of models) groups.set(model.provider, [...(groups.get(model.provider) ?? []), model]);
  return [...groups.values()].map((own) => ({ name: own[0]?.provider_name ?? '', models: own }));
}
