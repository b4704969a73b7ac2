import type { Kind } from '../kind.ts';
import { modelsOf } from './models.ts';
import { createGoogle } from './provider.ts';

export const google: Kind = {
  kind: 'google',
  label: 'Google Veo (Gemini API)',
  variables: ['GOOGLE_GENERATIVE_AI_API_KEY', 'GEMINI_API_KEY'],
  keysPage: 'https://aistudio.google.com/apikey',
  needsBaseUrl: false,
  models: modelsOf,
  create: createGoogle,
};
