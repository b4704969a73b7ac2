import type { Encoding } from './encode.ts';

/**
 * What a server of the `/v1/videos` protocol is known to be. Only what cannot be seen in its answers stands here: its
 * status words, its errors and the shape of its lists are read as they come. None of them is known to deduplicate.
 */
export type Personality = {
  /** For people. */
  label: string;
  /** How a create is written. */
  encoding: Encoding;
  /** Where the key goes: `Authorization: Bearer …`, or a header of its own. */
  keyHeader: 'authorization' | 'api-key';
  /** Stands behind every address; null = nothing. What the base URL says itself comes first. */
  query: string | null;
  /** Has `GET /videos`: without it, a create whose answer was lost is for a person to decide. */
  lists: boolean;
  /** DELETE ends a job that still renders. */
  cancels: boolean;
  /** Has the routes that make a clip of a clip, and keep characters. */
  derives: boolean;
};

/** A server of which nothing is known: asked for everything, and believed when it says that it has not got it. */
export const generic: Personality = {
  label: 'Another server of /v1/videos',
  encoding: 'multipart',
  keyHeader: 'authorization',
  query: null,
  lists: true,
  cancels: true,
  derives: true,
};

/** Read in the source or the documentation of each server. */
const personalities = {
  generic,
  'vllm-omni': { ...generic, label: 'vLLM-Omni', derives: false },
  /** DELETE forgets the job, and its work goes on: the card stays busy, and nobody gets the clip. */
  sglang: { ...generic, label: 'SGLang', derives: false },
  fastvideo: { ...generic, label: 'FastVideo', derives: false },
  litellm: { ...generic, label: 'LiteLLM', cancels: false },
  newapi: { ...generic, label: 'New-API', lists: false, cancels: false, derives: false },
  /** JSON alone, with a number for the seconds. */
  llmgateway: { ...generic, label: 'LLMGateway', encoding: 'json', lists: false, cancels: false, derives: false },
  /** Base URL `https://<resource>.openai.azure.com/openai/v1`; the model is the name of a deployment. */
  azure: {
    ...generic,
    label: 'Azure AI Foundry',
    keyHeader: 'api-key',
    query: 'api-version=preview',
    cancels: false,
  },
} satisfies Record<string, Personality>;

type PersonalityName = keyof typeof personalities;

/** For settings, in this order. */
export const choices = Object.entries(personalities).map(([id, { label }]) => ({ id, label }));

/** Null and names that nobody knows (any more) are the generic one: its jobs still have to be looked at. */
export const personalityOf = (name: string | null): Personality =>
  name !== null && Object.hasOwn(personalities, name) ? personalities[name as PersonalityName] : generic;
