import { clean } from '#store/json.ts';

/** As a database would hold it: cleaned, and a copy, whose inside nobody can change, so that copies may share it. */
export function kept<T extends object>(value: T): T {
  const copy = clean(value);
  for (const inner of Object.values(copy)) freeze(inner);
  return copy;
}

function freeze(value: unknown): void {
  if (typeof value !== 'object' || value === null || value instanceof Date) return;
  Object.freeze(value);
  for (const inner of Object.values(value)) freeze(inner);
}
