/** The parts of JSON Schema that our description uses. */
export type Schema = {
  $ref?: string;
  type?: string | string[];
  format?: string;
  const?: unknown;
  enum?: unknown[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: Schema | boolean;
  description?: string;
};

const widest = 60;

/** What a value may be, written as a TypeScript type: most people read that faster than JSON Schema. */
export function schemaText(schema: Schema, indent = ''): string {
  if (schema.$ref) return schema.$ref.split('/').at(-1) ?? 'unknown';
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  const branches = schema.anyOf ?? schema.oneOf;
  if (branches) return union(branches.map((branch) => schemaText(branch, indent)));
  if (schema.allOf) return schema.allOf.map((part) => schemaText(part, indent)).join(' & ');
  const types = [schema.type ?? []].flat();
  return types.length > 0 ? union(types.map((type) => typeText(type, schema, indent))) : 'any';
}

const union = (texts: string[]): string => [...new Set(texts)].join(' | ');

function typeText(type: string, schema: Schema, indent: string): string {
  if (type === 'array') {
    const item = schemaText(schema.items ?? {}, indent);
    return item.includes(' | ') && !item.startsWith('{') ? `(${item})[]` : `${item}[]`;
  }
  if (type === 'object') return objectText(schema, indent);
  if (type === 'integer') return 'number';
  return type === 'string' && schema.format === 'binary' ? 'file' : type;
}

function objectText({ properties = {}, required = [], additionalProperties: rest }: Schema, indent: string): string {
  const inner = `${indent}  `;
  const lines = Object.entries(properties).map(([name, property]) => {
    const note = property.description ? `  // ${property.description}` : '';
    return `${name}${required.includes(name) ? '' : '?'}: ${schemaText(property, inner)};${note}`;
  });
  if (rest) lines.push(`[name]: ${rest === true ? 'any' : schemaText(rest, inner)};`);
  if (lines.length === 0) return '{}';
  const short = `{ ${lines.join(' ').replace(/;$/, '')} }`;
  if (short.length <= widest && !short.includes('//') && !short.includes('\n')) return short;
  return `{\n${lines.map((line) => inner + line).join('\n')}\n${indent}}`;
}
