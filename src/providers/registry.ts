import type { StoredSettings } from '#engine/stored-settings.ts';
import type { Capabilities, Catalogue, Log, Model, Providers } from '#engine/system.ts';
import { createSafeFetch } from '#net/safe-fetch.ts';
import { type Choices, createCatalogue, serverModel, testPattern } from './catalogue.ts';
import { type Credential, type Found, type Instance, instancesOf, isUsable } from './instance.ts';
import type { Kind } from './kind.ts';
import { kinds as allKinds } from './kinds.ts';
import { createModelNames, type Server } from './model-names.ts';
import { ownServer } from './openai/kind.ts';
import { createOpenAIProvider } from './openai/provider.ts';
import type { ReadInput } from './openai/submit.ts';
import { type UserModel, withUserModels } from './user-models.ts';

export type RegistryOptions = {
  /** What variables say; those of kinds that are not known are left out. */
  found: readonly Found[];
  stored?: StoredSettings;
  userModels?: readonly UserModel[];
  kinds?: readonly Kind[];
  /** `url` answers the base URL with `/v1`, or throws while the simulator does not run. */
  simulator: { url: () => string; apiKey?: string | null };
  /** What an operator allows per provider; null = no limit. */
  limits?: Record<string, Pick<Capabilities, 'slots' | 'requestsPerMinute'>>;
  /** DAILIES_DEFAULT_MODEL: wins over what is stored; null = not set. */
  defaultModel: string | null;
  /** Further hosts on one's own network that result URLs may lead to. */
  allowHosts: readonly string[];
  readInput?: ReadInput;
  /** How long one answer may take. */
  timeoutMs?: number;
  log: Pick<Log, 'warn'>;
};

export type DefaultModel = {
  id: string;
  from: 'env' | 'stored' | 'built_in';
  /** What was stored, while the variable says something else. */
  overruled: string | null;
};

export type Registry = {
  providers: Providers;
  catalogue: Catalogue;
  kinds: readonly Kind[];
  /** Everything that is set up, beside the simulator. */
  instances(): Instance[];
  defaultModel(): DefaultModel;
  /** The settings in force. */
  stored(): StoredSettings;
  /** From now on these are in force; jobs under way keep the key they were sent with. */
  apply(stored: StoredSettings): void;
  applyModels(models: readonly UserModel[]): void;
  /** Asks the servers for their models; throws nothing. Also done in the background, at most every five minutes. */
  refreshModels(signal: AbortSignal): Promise<void>;
};

export const nothingStored: StoredSettings = {
  providers: [],
  defaultModel: null,
  aliases: {},
  fallbacks: { enabled: false, dearer: false, models: {} },
  tests: {},
};

type Made = ReturnType<Kind['create']>;
type Built = {
  instance: Instance;
  present: Made | undefined;
  /** By credential. */
  kept: Map<string, Made | undefined>;
};

/** Everything that renders: what variables name and what people set up. A default that nobody offers is refused. */
export function createRegistry(options: RegistryOptions): Registry {
  const { found, simulator, allowHosts, log, limits = {}, kinds = allKinds } = options;
  const { readInput = async () => null, timeoutMs = 30_000 } = options;
  let stored = options.stored ?? nothingStored;
  let userModels = options.userModels ?? [];
  let ids: string[] = [];
  let servers: Server[] = [];
  let choices: Choices = {
    models: new Map(),
    defaultModel: testPattern.id,
    aliases: {},
    fallbacks: nothingStored.fallbacks,
  };

  const testPatterns = createOpenAIProvider({
    id: 'simulator',
    baseUrl: simulator.url,
    apiKey: simulator.apiKey ?? null,
    fetch: createSafeFetch({ allowHosts: () => [new URL(simulator.url()).origin] }),
    capabilities: { ...ownServer, deduplicates: true, ...limits.simulator },
    readInput,
    timeoutMs,
  });

  // A provider remembers things, such as whether its server lists: there is one for each key as long as its setup stays.
  let made = new Map<string, Made>();
  let built = new Map<string, Built>();

  function build(): void {
    const before = made;
    made = new Map();
    const withKey = (instance: Instance, credential: Credential | null): Made | undefined => {
      const { id, kind, personality } = instance;
      if (!credential || !isUsable(kind, credential)) return undefined;
      const { id: credentialId, key: apiKey, baseUrl } = credential;
      const setup = { id, credentialId, apiKey, baseUrl, personality, limits: instance.limits };
      const key = JSON.stringify([kind.kind, setup]);
      const provider = before.get(key) ?? kind.create({ ...setup, allowHosts, readInput, timeoutMs });
      made.set(key, provider);
      return provider;
    };
    built = new Map(
      instancesOf(kinds, found, stored.providers, limits).map((instance) => [
        instance.id,
        {
          instance,
          present: withKey(instance, instance.present),
          kept: new Map(instance.others.map((credential) => [credential.id, withKey(instance, credential)])),
        },
      ]),
    );
    ids = ['simulator', ...[...built.values()].filter(({ present }) => present).map(({ instance }) => instance.id)];
    servers = [...built.values()].flatMap(({ instance: { id }, present }) =>
      present?.listModels ? [{ id, listModels: present.listModels }] : [],
    );
    choose();
  }

  const providers: Providers = {
    ids: () => ids,
    get(id, credentialId) {
      if (id === 'simulator') return testPatterns;
      const one = built.get(id);
      return (credentialId ? one?.kept.get(credentialId) : undefined) ?? one?.present;
    },
    name: (id) => (id === 'simulator' ? 'Test pattern' : (built.get(id)?.instance.name ?? id)),
  };

  const names = createModelNames({ servers: () => servers, onNames: choose, log });

  const instances = () => [...built.values()].map(({ instance }) => instance);

  function defaultModel(): DefaultModel {
    const { defaultModel: fromVariable } = options;
    const chosen = stored.defaultModel;
    if (fromVariable) return { id: fromVariable, from: 'env', overruled: chosen === fromVariable ? null : chosen };
    return { id: chosen ?? testPattern.id, from: chosen ? 'stored' : 'built_in', overruled: null };
  }

  function modelsOf(instance: Instance): Model[] {
    const { id, kind, state, personality } = instance;
    if (state !== 'ready') return [];
    const offered = kind.models(id, personality);
    if (!kind.needsBaseUrl) return offered;
    const known = offered.map((model) =>
      model.upstreamModel === null ? { ...model, label: `The default of ${instance.name}` } : model,
    );
    // A person may choose a model that the server has not told us about yet.
    const chosen = [defaultModel().id, ...Object.values(stored.aliases)].filter((one) => one.startsWith(`${id}/`));
    const named = [...chosen.map((one) => one.slice(id.length + 1)), ...names.of(id)];
    const more = [...new Set(named)].filter((name) => !known.some((model) => model.id === `${id}/${name}`));
    const derives = known.some(({ operations }) => operations.length > 0);
    return [...known, ...more.map((name) => serverModel(id, name, derives))];
  }

  /** Asked for with every look at a video, so it is put together only when something changed. */
  function choose(): void {
    const offered = [testPattern, ...instances().flatMap(modelsOf)];
    const ready = [
      'simulator',
      ...instances()
        .filter(({ state }) => state === 'ready')
        .map(({ id }) => id),
    ];
    const models = withUserModels(offered, userModels, ready);
    choices = {
      models: new Map(models.map((model) => [model.id, model])),
      defaultModel: defaultModel().id,
      aliases: stored.aliases,
      fallbacks: stored.fallbacks,
    };
  }

  build();
  for (const id of Object.keys(limits)) {
    if (id !== 'simulator' && !built.has(id)) {
      log.warn({ provider: id }, 'DAILIES_LIMITS names a provider that is not set up');
    }
  }
  refuseUnknownDefault(options.defaultModel, choices.models);

  return {
    providers,
    catalogue: createCatalogue(() => {
      names.refreshIfOld();
      return choices;
    }),
    kinds,
    instances,
    defaultModel,
    stored: () => stored,
    apply(settings) {
      stored = settings;
      build();
    },
    applyModels(models) {
      userModels = models;
      choose();
    },
    refreshModels: (signal) => names.refresh(signal),
  };
}

function refuseUnknownDefault(model: string | null, models: ReadonlyMap<string, Model>): void {
  if (model === null || models.has(model)) return;
  throw new Error(
    `DAILIES_DEFAULT_MODEL is ${JSON.stringify(model)}, and no configured provider offers it; ` +
      `known: ${[...models.keys()].join(', ')}`,
  );
}
