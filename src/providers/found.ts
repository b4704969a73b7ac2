import type { Found } from './instance.ts';
import { kinds } from './kinds.ts';

/** What an operator's variables say of each kind; `keyIn` reads one. */
export function foundIn(given: {
  keyIn: (variable: string) => string | null;
  openai: { baseUrl: string | null };
}): Found[] {
  return kinds.flatMap(({ kind, variables, needsBaseUrl }): Found[] => {
    const variable = variables.find((name) => given.keyIn(name) !== null);
    const key = variable ? given.keyIn(variable) : null;
    if (!needsBaseUrl) return variable ? [{ kind, variable, key, baseUrl: null }] : [];
    const { baseUrl } = given.openai;
    return kind === 'openai' && baseUrl ? [{ kind, variable: variable ?? 'OPENAI_BASE_URL', key, baseUrl }] : [];
  });
}
