import type { TestProject } from 'vitest/node';
import { findPostgres } from './postgres.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** A PostgreSQL to create test databases in, or null: `inject('postgresUrl')`. */
    postgresUrl: string | null;
  }
}

export default async function setup(project: TestProject): Promise<void> {
  project.provide('postgresUrl', await findPostgres(process.env));
}
