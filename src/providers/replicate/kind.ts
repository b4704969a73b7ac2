import type { Kind } from '../kind.ts';
import { modelsOf } from './models.ts';
import { createReplicate } from './provider.ts';

export const replicate: Kind = {
  kind: 'replicate',
  label: 'Replicate',
  variables: ['REPLICATE_API_TOKEN'],
  keysPage: 'https://replicate.com/account/api-tokens',
  needsBaseUrl: false,
  models: modelsOf,
  create: createReplicate,
};
