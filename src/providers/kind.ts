import type { Capabilities, Model, Provider } from '#engine/system.ts';
import type { ReadInput } from './openai/submit.ts';

/** One configured provider of a kind, with all that it needs to speak. */
export type Setup = {
  /** Of this instance: part of its models' ids. */
  id: string;
  /** Which of its keys this one is; null = it has none. */
  credentialId: string | null;
  apiKey: string | null;
  /** Where one's own server stands; for a hosted service, what stands in for its public address. Null = the public one. */
  baseUrl: string | null;
  /** What a `/v1/videos` server is known to be: see openai/personality.ts. */
  personality: string | null;
  /** What an operator allows; null = no limit of ours. */
  limits: Pick<Capabilities, 'slots' | 'requestsPerMinute'> | null;
  /** Further hosts on one's own network that result URLs may lead to. */
  allowHosts: readonly string[];
  readInput: ReadInput;
  /** How long one answer may take. */
  timeoutMs: number;
};

/** What can be configured: one line each in kinds.ts, everything else in a folder of its own. */
export type Kind = {
  kind: string;
  /** For people. */
  label: string;
  /** Environment variables that may hold its key; the first that is set wins. */
  variables: readonly string[];
  /** The page where a person gets a key; null = one's own server. */
  keysPage: string | null;
  /** One's own server: its address has to be given. */
  needsBaseUrl: boolean;
  /** What a server of this kind may be known to be; absent = there is nothing to choose. */
  personalities?: readonly { id: string; label: string }[];
  /** What is known of its models without asking. */
  models(instanceId: string, personality?: string | null): Model[];
  create(setup: Setup): Provider & { listModels?(signal: AbortSignal): Promise<string[] | null> };
};
