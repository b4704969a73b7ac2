import type { Log } from '#engine/system.ts';

/** A provider that can be asked for its models. */
export type Server = { id: string; listModels: (signal: AbortSignal) => Promise<string[] | null> };

const refreshMs = 5 * 60_000;
const refreshTimeoutMs = 10_000;

/** The models that servers name: asked in the background, at most every five minutes, and kept where one is down. */
export function createModelNames(options: { servers: () => Server[]; onNames: () => void; log: Pick<Log, 'warn'> }) {
  const { servers, onNames, log } = options;
  const named = new Map<string, string[]>();
  const asked = new WeakMap<Server['listModels'], number>();

  async function ask({ id, listModels }: Server, signal: AbortSignal): Promise<void> {
    asked.set(listModels, Date.now());
    const names = await listModels(signal);
    if (!names) return log.warn({ provider: id }, 'the provider does not name its models: only its default is offered');
    named.set(id, names);
    onNames();
  }

  const isOld = ({ listModels }: Server) =>
    Date.now() - (asked.get(listModels) ?? Number.NEGATIVE_INFINITY) > refreshMs;
  const askAll = async (of: Server[], signal: AbortSignal) => {
    await Promise.all(of.map((server) => ask(server, signal)));
  };
  return {
    of: (id: string): string[] => named.get(id) ?? [],
    refreshIfOld: (): void => void askAll(servers().filter(isOld), AbortSignal.timeout(refreshTimeoutMs)),
    refresh: (signal: AbortSignal): Promise<void> => askAll(servers(), signal),
  };
}
