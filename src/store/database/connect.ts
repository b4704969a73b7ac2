import { migrate } from '#store/migrate.ts';
import type { Database } from './database.ts';
import { openPglite } from './pglite.ts';
import { openPostgres } from './postgres.ts';

export type ConnectOptions = {
  /** Null = the embedded database in the data directory. */
  databaseUrl: string | null;
  databaseSchema: string;
  dataDir: string;
  poolSize?: number;
  onTrouble?: (error: Error) => void;
};

/** Opens and migrates the database that the configuration names. Once per process, never at import. */
export async function connect(options: ConnectOptions): Promise<Database> {
  const { databaseUrl, databaseSchema: schema, dataDir, poolSize, onTrouble } = options;
  const database = databaseUrl
    ? await openPostgres({ url: databaseUrl, schema, poolSize, onTrouble })
    : await openPglite({ dataDir, schema });
  try {
    await migrate(database);
  } catch (error) {
    await database.close();
    throw error;
  }
  return database;
}
