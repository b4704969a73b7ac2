import { AsyncLocalStorage } from 'node:async_hooks';
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';
import type { Db } from 'pg-boss';

/**
 * What runs SQL: the database, or one transaction of it. Parameters are `$1`, `$2`, …; arrays pass as arrays, JSON as text.
 * A text with a name of its own is planned once for each connection to a server: for large statements that come all the
 * time, and whose plan is the same whatever their values.
 */
export type Queryable = {
  query<Row extends object>(text: string, params?: unknown[], name?: string): Promise<Row[]>;
};

/** The seam between the store and its two databases: PGlite in this process, or a PostgreSQL server. */
export type Database = Queryable & {
  /** The schema that holds all tables; it is first on every connection's search_path. */
  schema: string;
  /** True where no other process can reach the tables. */
  exclusive: boolean;
  /**
   * Runs `work` in one transaction, rolled back when it throws. Inside, only `tx` may be queried, and the network is
   * never awaited. Its statements may take as long as they need where it is `untimed`, else half a minute.
   */
  transaction<T>(work: (tx: Queryable) => Promise<T>, options?: { untimed?: boolean }): Promise<T>;
  /**
   * Calls the listener on each NOTIFY of the channel, and once whenever listening begins (again): what happened before
   * that was not heard. Returns the way out.
   */
  listen(channel: string, listener: () => void): () => void;
  /** For libraries that bring queries of their own (sign-in). */
  drizzle: PgDatabase<PgQueryResultHKT>;
  /** For jobs: where there are no parameters, a text may be several statements. */
  jobs: Db;
  close(): Promise<void>;
};

/** A query that would wait for its own transaction. */
export class OutsideTransaction extends Error {
  override name = 'OutsideTransaction';
  constructor() {
    super('a transaction is open here: use its tx, since a query beside it would wait for it for ever');
  }
}

/** Knows whether the asynchronous context that asks has a transaction open. */
export function transactionGuard() {
  const contexts = new AsyncLocalStorage<{ open: boolean }>();
  return {
    /** @throws OutsideTransaction */
    check(): void {
      if (contexts.getStore()?.open) throw new OutsideTransaction();
    },
    async run<T>(work: () => Promise<T>): Promise<T> {
      const context = { open: true };
      try {
        return await contexts.run(context, work);
      } finally {
        context.open = false;
      }
    },
    /** A listener is called while somebody else's transaction commits: it must not count as part of it. */
    outside: (work: () => void): void => contexts.exit(work),
  };
}
