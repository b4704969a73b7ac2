import type { Kind } from '../kind.ts';
import { modelsOf } from './models.ts';
import { createFal } from './provider.ts';

export const fal: Kind = {
  kind: 'fal',
  label: 'fal',
  variables: ['FAL_KEY', 'FAL_API_KEY'],
  keysPage: 'https://fal.ai/dashboard/keys',
  needsBaseUrl: false,
  models: modelsOf,
  create: createFal,
};
