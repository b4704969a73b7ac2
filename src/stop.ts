import type { Log } from '#engine/system.ts';

/** What stops a container or a terminal sends. Under systemd's and Docker's ten seconds, and the five that we promise. */
const stopWithinMs = 4_500;

/** Runs `stop` once on SIGTERM or SIGINT and ends the process; a stop that hangs is cut off, which loses nothing. */
export function stopOnSignal(stop: () => Promise<void>, log: Log): void {
  let stopping = false;
  const onSignal = (signal: NodeJS.Signals) => {
    if (stopping) return;
    stopping = true;
    log.info({ signal }, 'stopping');
    setTimeout(() => {
      log.warn({ stopWithinMs }, 'something did not stop in time; its claims run out by themselves');
      process.exit(0);
    }, stopWithinMs).unref();
    stop().then(
      () => process.exit(0),
      (err) => {
        log.error({ err }, 'stopped with an error');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
}

/** A start that cannot be: one line, no stack. */
export function refuseToStart(error: unknown): never {
  console.error(`dailies: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`);
  process.exit(1);
}
