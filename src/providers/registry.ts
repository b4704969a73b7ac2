import type { Capabilities, Catalogue, Log, Model, Provider, Providers } from '#engine/system.ts';
import { createSafeFetch } from '#net/safe-fetch.ts';
import { createCatalogue, serverModel, testPattern } from './catalogue.ts';
import type { Encoding } from './openai/encode.ts';
import { createOpenAIProvider } from './openai/provider.ts';
import type { ReadInput } from './openai/submit.ts';

export type RegistryOptions = {
  /** A server of the `/v1/videos` protocol; `baseUrl` ends before `/videos`. */
  openai: { baseUrl: string; apiKey: string | null; encoding?: Encoding } | null;
  /** `url` answers the base URL with `/v1`, or throws while the simulator does not run. */
  simulator: { url: () => string; apiKey?: string | null };
  /** What an operator allows per provider; null = no limit. */
  limits?: Record<string, { slots: number | null; requestsPerMinute: number | null }>;
  /** Null = the test pattern. */
  defaultModel: string | null;
  /** Further hosts on one's own network that result URLs may lead to. */
  allowHosts: readonly string[];
  readInput?: ReadInput;
  /** How long one answer may take. */
  timeoutMs?: number;
  log: Pick<Log, 'warn'>;
};

export type Registry = {
  providers: Providers;
  catalogue: Catalogue;
  /** Asks the servers for their models; throws nothing. Also done in the background, at most every five minutes. */
  refreshModels(signal: AbortSignal): Promise<void>;
};

const refreshMs = 5 * 60_000;
const refreshTimeoutMs = 10_000;
const hourMs = 3_600_000;

const own: Capabilities = {
  deduplicates: false,
  lists: true,
  cancels: true,
  slots: null,
  requestsPerMinute: null,
  retentionMs: hourMs,
};

/** Everything that renders, from the configuration. A default that nobody offers, and limits of nobody, are refused. */
export function createRegistry(options: RegistryOptions): Registry {
  const { openai, simulator, allowHosts, log, readInput, timeoutMs, limits = {} } = options;
  const defaultModel = options.defaultModel ?? testPattern.id;
  const shared = { ...(readInput && { readInput }), ...(timeoutMs !== undefined && { timeoutMs }) };

  const testPatterns = createOpenAIProvider({
    ...shared,
    id: 'simulator',
    baseUrl: simulator.url,
    apiKey: simulator.apiKey ?? null,
    fetch: createSafeFetch({ allowHosts: () => [originOf(simulator.url())] }),
    capabilities: { ...own, deduplicates: true, ...limits.simulator },
  });
  const server = openai
    ? createOpenAIProvider({
        ...shared,
        id: 'openai',
        baseUrl: openai.baseUrl,
        apiKey: openai.apiKey,
        fetch: createSafeFetch({ allowHosts: [originOf(openai.baseUrl), ...allowHosts] }),
        capabilities: { ...own, ...limits.openai },
        ...(openai.encoding && { encoding: openai.encoding }),
      })
    : null;

  const byId = new Map<string, Provider>([testPatterns, ...(server ? [server] : [])].map((one) => [one.id, one]));
  const stranger = Object.keys(limits).find((id) => !byId.has(id));
  if (stranger) {
    throw new Error(`DAILIES_LIMITS names ${JSON.stringify(stranger)}; configured are ${[...byId.keys()].join(', ')}`);
  }
  // A default may name a model that the server has not told us about yet.
  const chosen = server && defaultModel.startsWith('openai/') ? defaultModel.slice('openai/'.length) : 'default';
  let named: string[] = [];
  let refreshedAtMs = Number.NEGATIVE_INFINITY;

  const models = (): Model[] => {
    if (server && Date.now() - refreshedAtMs > refreshMs) void refreshModels(AbortSignal.timeout(refreshTimeoutMs));
    if (!server) return [testPattern];
    const names = new Set([chosen, ...named].filter((name) => name !== 'default'));
    return [testPattern, serverModel('openai', null), ...[...names].map((name) => serverModel('openai', name))];
  };

  async function refreshModels(signal: AbortSignal): Promise<void> {
    if (!server) return;
    refreshedAtMs = Date.now();
    const names = await server.listModels(signal);
    if (names) named = names;
    else log.warn({ provider: server.id }, 'the provider does not name its models: only its default is offered');
  }

  const catalogue = createCatalogue(models, defaultModel);
  if (!catalogue.get(defaultModel)) {
    throw new Error(
      `DAILIES_DEFAULT_MODEL is ${JSON.stringify(defaultModel)}, and no configured provider offers it; ` +
        `known: ${models()
          .map((model) => model.id)
          .join(', ')}`,
    );
  }
  return { providers: { ids: () => [...byId.keys()], get: (id) => byId.get(id) }, catalogue, refreshModels };
}

const originOf = (url: string) => new URL(url).origin;
