import type { TestProject } from 'vitest/node';
import { dumpPglite, makeTemplate } from './databases.ts';
import { findPostgres } from './postgres.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** A PostgreSQL to create test databases in, or null: `inject('postgresUrl')`. */
    postgresUrl: string | null;
    /** There: a migrated, empty database to copy. */
    postgresTemplate: string | null;
    /** A file that holds a migrated, empty PGlite. */
    pgliteDump: string;
  }
}

/** What every test file begins with, made once. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const url = await findPostgres(process.env);
  const template = url ? await makeTemplate(url) : null;
  project.provide('postgresUrl', url);
  project.provide('postgresTemplate', template?.name ?? null);
  project.provide('pgliteDump', await dumpPglite());
  return async () => template?.drop();
}
