import type { Character, Once } from '#engine/system.ts';
import { keptMs, pairedMs } from '#store/creates/once.ts';
import { IdempotencyConflict } from '#video/errors/idempotency-conflict.ts';
import type { Tables } from './tables.ts';

export type OnceRow = Once & { resultIds: string[]; answered: boolean; createdAt: Date };

/** The earlier create that this one repeats; null = there is none. */
export function earlier(tables: Tables, once: Once): { id: string; resultIds: string[] } | null {
  const ageMs = (row: OnceRow) => tables.now().getTime() - row.createdAt.getTime();
  for (const row of tables.once.values()) if (ageMs(row) > keptMs) tables.once.delete(row.id);
  const mine = [...tables.once.values()].filter((row) => row.ownerId === once.ownerId && row.key === once.key);
  if (once.key !== null) {
    if (mine[0] && mine[0].fingerprint !== once.fingerprint) throw new IdempotencyConflict();
    return mine[0] ?? null;
  }
  const found = mine.findLast(
    (row) => row.fingerprint === once.fingerprint && !row.answered && row.tries < once.tries && ageMs(row) < pairedMs,
  );
  if (found) found.tries = once.tries;
  return found ?? null;
}

export function writeOnce(tables: Tables, once: Once, resultIds: string[]): void {
  tables.once.set(once.id, { ...once, resultIds, answered: false, createdAt: tables.now() });
}

export function answered(tables: Tables, id: string): void {
  const row = tables.once.get(id);
  if (row) row.answered = true;
}

export function addCharacter(tables: Tables, character: Omit<Character, 'createdAt'>, once: Once | null) {
  const before = once && earlier(tables, once);
  if (before) return { id: before.resultIds[0] ?? '', onceId: before.id, replayed: true };
  if (once) writeOnce(tables, once, [character.id]);
  tables.characters.set(character.id, { ...character, createdAt: tables.now() });
  return { id: character.id, onceId: once?.id ?? null, replayed: false };
}

export function character(tables: Tables, id: string, ownerId: string | null): Character | null {
  const found = tables.characters.get(id);
  return found && (ownerId === null || found.ownerId === ownerId) ? { ...found } : null;
}

export function dropCharacter(tables: Tables, id: string): void {
  for (const row of tables.once.values()) if (row.resultIds[0] === id) tables.once.delete(row.id);
  tables.characters.delete(id);
}
