import { connect } from 'node:net';

const DEFAULT_URL = 'postgres://postgres@127.0.0.1:5432/test';
const PROBE_TIMEOUT_MS = 1_500;

/**
 * The PostgreSQL that suites run on beside PGlite: TEST_DATABASE_URL or the usual local one, if its port answers.
 * null when it does not: suites then build their list of databases without it.
 * @throws when nothing answers and DAILIES_REQUIRE_POSTGRES=1
 */
export async function findPostgres(env: NodeJS.ProcessEnv): Promise<string | null> {
  const url = env.TEST_DATABASE_URL || DEFAULT_URL;
  const { hostname, port } = new URL(url);
  if (await answers(hostname, Number(port || 5432))) return url;
  if (env.DAILIES_REQUIRE_POSTGRES === '1') {
    throw new Error(`no PostgreSQL at ${hostname}:${port || 5432}, and DAILIES_REQUIRE_POSTGRES=1 demands one`);
  }
  return null;
}

function answers(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: PROBE_TIMEOUT_MS });
    const end = (reachable: boolean) => {
      socket.destroy();
      resolve(reachable);
    };
    socket.once('connect', () => end(true));
    socket.once('timeout', () => end(false));
    socket.once('error', () => end(false));
  });
}
