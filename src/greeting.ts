import type { Dailies } from '#boot.ts';
import type { Config } from '#config.ts';
import type { Instance } from '#providers/instance.ts';

/** What a start tells: where, how to come in, what renders, and where the key lies. */
export async function greeting(dailies: Dailies, port: number): Promise<string[]> {
  const { config, firstRun, system, registry, keyFile } = dailies;
  const { catalogue } = system;
  const origin = config.appUrl ?? `http://${hostInUrl(config.host)}:${port}`;
  const link = await firstRun.link(origin);
  const { id, from } = registry.defaultModel();
  const chosen = { env: ' (DAILIES_DEFAULT_MODEL)', stored: '', built_in: '' }[from];
  return [
    `Dailies is at ${origin}`,
    `Sign in:  ${link ?? `${origin}/sign-in`}`,
    `Provider: simulator, ${config.simulatorUrl ? 'from DAILIES_SIMULATOR_URL' : 'built in'}`,
    ...registry.instances().map((one) => `Provider: ${one.id}, ${originOf(one)}`),
    ...hints(config),
    `Model:    ${catalogue.get(id)?.label ?? `${id}, which nobody offers now`}${chosen}`,
    keyFile ? `API key:  ${keyFile}` : 'API key:  as DAILIES_API_KEY says',
  ];
}

/** Where a provider comes from, and what it lacks. */
export function originOf({ state, present, variable }: Instance): string {
  if (state === 'key_unreadable') {
    return 'whose stored key was sealed with another DAILIES_SECRET: set DAILIES_SECRET_PREVIOUS, or paste it again';
  }
  if (state === 'no_key') return 'without a key: paste one in Settings';
  const from = present?.from === 'stored' ? 'from Settings' : `from ${variable}`;
  return state === 'off' ? `${from}, off` : from;
}

/** What is set and leads nowhere. */
export function hints({ openai }: Pick<Config, 'openai'>): string[] {
  return openai.apiKey && !openai.baseUrl
    ? ['OPENAI_API_KEY: api.openai.com serves no videos since 2026-09-24; set OPENAI_BASE_URL']
    : [];
}

/** An address that a browser on this machine can open. */
function hostInUrl(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}
