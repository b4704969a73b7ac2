import type { Capabilities } from '#engine/system.ts';
import { createSafeFetch } from '#net/safe-fetch.ts';
import { serverModel } from '../catalogue.ts';
import type { Kind } from '../kind.ts';
import { choices, personalityOf } from './personality.ts';
import { createOpenAIProvider } from './provider.ts';

/** What is expected of one's own server: its limits are the operator's to say. */
export const ownServer: Capabilities = {
  deduplicates: false,
  lists: true,
  cancels: true,
  callsBack: false,
  slots: null,
  requestsPerMinute: null,
  retentionMs: 3_600_000,
};

/** Any server of the `/v1/videos` protocol, as many as there are. */
export const openai: Kind = {
  kind: 'openai',
  label: 'A /v1/videos server',
  variables: ['OPENAI_API_KEY'],
  keysPage: null,
  needsBaseUrl: true,
  personalities: choices,
  models: (instanceId, personality) => [serverModel(instanceId, null, personalityOf(personality ?? null).derives)],
  create({ id, credentialId, apiKey, baseUrl, personality, limits, allowHosts, readInput, timeoutMs }) {
    if (baseUrl === null) throw new Error(`${id} has no address`);
    return createOpenAIProvider({
      id,
      credentialId,
      baseUrl,
      apiKey,
      fetch: createSafeFetch({ allowHosts: [new URL(baseUrl).origin, ...allowHosts] }),
      capabilities: { ...ownServer, ...limits },
      personality: personalityOf(personality),
      readInput,
      timeoutMs,
    });
  },
};
