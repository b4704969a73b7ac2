import { loadConfig } from '#config.ts';
import { stopOnSignal } from './stop.ts';

/** The engine without a server, for a second process or machine on the same PostgreSQL. */
export async function work(): Promise<void> {
  const config = { ...loadConfig(), role: 'worker' as const };
  if (!config.databaseUrl) {
    throw new Error('DATABASE_URL is not set: a worker shares a PostgreSQL database with the server');
  }
  const { boot } = await import('#boot.ts');
  const { log, stop } = await boot(config);
  stopOnSignal(stop, log);
  console.log('Dailies works. It takes what is due from the database that DATABASE_URL names.');
}
