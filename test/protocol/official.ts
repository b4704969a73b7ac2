import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/**
 * Schemas of the official description (videos-openapi.json, from openai/openai-openapi, MIT). Its enums of sizes, models
 * and lengths are those of Sora; here they are any text.
 */
const text = readFileSync(join(import.meta.dirname, 'videos-openapi.json'), 'utf8');
const { components } = JSON.parse(text.replaceAll('#/components/schemas/', '#/$defs/')) as {
  components: { schemas: Record<string, object> };
};
const anyText = { type: 'string' };
const definitions = { ...components.schemas, VideoSize: anyText, VideoModel: anyText, VideoSeconds: anyText };

/** Throws what a value does wrong. */
export function official(name: string): z.ZodType {
  if (!Object.hasOwn(definitions, name)) throw new Error(`there is no schema ${name}`);
  return z.fromJSONSchema({ $ref: `#/$defs/${name}`, $defs: definitions } as z.core.JSONSchema.JSONSchema);
}
