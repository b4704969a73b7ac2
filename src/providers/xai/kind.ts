import type { Kind } from '../kind.ts';
import { modelsOf } from './models.ts';
import { createXai } from './provider.ts';

export const xai: Kind = {
  kind: 'xai',
  label: 'xAI (Grok Imagine)',
  variables: ['XAI_API_KEY'],
  keysPage: 'https://console.x.ai',
  needsBaseUrl: false,
  models: modelsOf,
  create: createXai,
};
