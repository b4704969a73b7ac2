import { describe, expect, it } from 'vitest';
import { schemaText } from './schema-text.ts';

describe('a schema as a type', () => {
  it.each([
    [{ type: 'string' }, 'string'],
    [{ type: ['integer', 'null'] }, 'number | null'],
    [{ enum: ['asc', 'desc'] }, '"asc" | "desc"'],
    [{ const: 'video' }, '"video"'],
    [{ anyOf: [{ type: 'number' }, { type: 'integer' }, { type: 'null' }] }, 'number | null'],
    [{ type: 'array', items: { type: ['string', 'null'] } }, '(string | null)[]'],
    [{ $ref: '#/components/schemas/Video' }, 'Video'],
    [{ type: 'string', format: 'binary' }, 'file'],
    [{}, 'any'],
    [
      { type: 'object', properties: { id: { type: 'string' }, n: { type: 'number' } }, required: ['id'] },
      '{ id: string; n?: number }',
    ],
    [
      { type: 'object', properties: { size: { type: 'string', description: 'in pixels' } }, additionalProperties: {} },
      '{\n  size?: string;  // in pixels\n  [name]: any;\n}',
    ],
  ])('%j', (schema, text) => expect(schemaText(schema)).toBe(text));
});
