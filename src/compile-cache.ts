import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

// Before anything else is imported: a second start is up in half the time (1.4 s instead of 2.9 s).
enableCompileCache(join(import.meta.dirname, '../node_modules/.cache/node'));
