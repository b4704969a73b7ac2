/** What a run came to, by name: counts, and times with their unit in the name. */
export type Figures = Record<string, number | string>;

/** `broken`: a sentence for each promise that did not hold. */
export type Outcome = { figures: Figures; broken: string[] };

export type Ground = {
  /** A PostgreSQL to make schemas in; null = none is reachable. */
  postgresUrl: string | null;
  /** As long as `npm run test:faults` has it; else the few seconds of `npm test`. */
  long: boolean;
  say(line: string): void;
};

/** Something that goes wrong, done to the real product, and what became of it. A string says why it was left out. */
export type Fault = { name: string; about: string; run(ground: Ground): Promise<Outcome | string> };

/** The promises that did not hold: each as the sentence that it breaks. */
export const brokenAmong = (promises: Record<string, boolean>): string[] =>
  Object.entries(promises).flatMap(([promise, held]) => (held ? [] : [promise]));
