import { enableCompileCache, registerHooks } from 'node:module';
import { join } from 'node:path';

// Before anything else is imported. A second start finds what was compiled: 1.4 s instead of 2.9 s.
enableCompileCache(join(import.meta.dirname, '../node_modules/.cache/node'));

/**
 * For each module that it resolves, Node parses the package.json around it once more, to see whether the package is ESM
 * (24.21). The one of drizzle-orm has 179 kB and stands around 110 modules: half of all that importing costs.
 */
const inDrizzle = /\/node_modules\/drizzle-orm\/.*\.js$/;
registerHooks({
  resolve(specifier, context, next) {
    const { parentURL = '' } = context;
    if (!specifier.startsWith('.') || !inDrizzle.test(parentURL)) return next(specifier, context);
    return { url: new URL(specifier, parentURL).href, format: 'module', shortCircuit: true };
  },
});
