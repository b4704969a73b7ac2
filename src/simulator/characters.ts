import { randomBytes } from 'node:crypto';
import { JobStore } from './job-store.ts';

/** As it lies on the disk, and on the wire. */
export type Character = { id: string; name: string; created_at: number };

/** Those who can appear in several clips. Their pictures are not kept: a test pattern shows nobody. */
export class Characters {
  readonly #store: JobStore<Character>;
  readonly #characters: Map<string, Character>;

  constructor(directory: string) {
    this.#store = new JobStore(directory);
    this.#characters = new Map(this.#store.load().map((character) => [character.id, character]));
  }

  async create(name: string, nowMs: number): Promise<Character> {
    const character = {
      id: `char_${randomBytes(16).toString('hex')}`,
      name,
      created_at: Math.floor(nowMs / 1_000),
    };
    await this.#store.save(character);
    this.#characters.set(character.id, character);
    return character;
  }

  get(id: string): Character | undefined {
    return this.#characters.get(id);
  }

  has(id: string): boolean {
    return this.#characters.has(id);
  }
}
