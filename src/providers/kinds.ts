import { fal } from './fal/kind.ts';
import { google } from './google/kind.ts';
import type { Kind } from './kind.ts';
import { openai } from './openai/kind.ts';
import { replicate } from './replicate/kind.ts';
import { xai } from './xai/kind.ts';

/** Every kind of provider that Dailies speaks to. A new one is a folder, and a line here. */
export const kinds: readonly Kind[] = [fal, google, replicate, xai, openai];
