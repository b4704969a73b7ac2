import type { Dailies } from '#boot.ts';
import type { Config } from '#config.ts';

/** What a start tells: where, how to come in, what renders, and where the key lies. */
export async function greeting({ config, firstRun, system, keyFile }: Dailies, port: number): Promise<string[]> {
  const { catalogue } = system;
  const origin = config.appUrl ?? `http://${hostInUrl(config.host)}:${port}`;
  const link = await firstRun.link(origin);
  const model = catalogue.get(catalogue.defaultModel());
  return [
    `Dailies is at ${origin}`,
    `Sign in:  ${link ?? `${origin}/sign-in`}`,
    ...providerLines(config),
    `Model:    ${model?.label ?? catalogue.defaultModel()}${config.defaultModel ? ' (DAILIES_DEFAULT_MODEL)' : ''}`,
    keyFile ? `API key:  ${keyFile}` : 'API key:  as DAILIES_API_KEY says',
  ];
}

export function providerLines({ openai, simulatorUrl }: Config): string[] {
  const lines = [`Provider: simulator, ${simulatorUrl ? 'from DAILIES_SIMULATOR_URL' : 'built in'}`];
  if (openai.baseUrl) {
    const from = openai.apiKey ? 'OPENAI_BASE_URL and OPENAI_API_KEY' : 'OPENAI_BASE_URL';
    lines.push(`Provider: openai, from ${from}`);
  } else if (openai.apiKey) {
    lines.push('OPENAI_API_KEY: api.openai.com serves no videos since 2026-09-24; set OPENAI_BASE_URL');
  }
  return lines;
}

/** An address that a browser on this machine can open. */
function hostInUrl(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}
