import { defineConfig } from 'vitest/config';

/** Each mutant costs a run, so: no database, nothing to set up, and one worker for all files. */
export default defineConfig({
  test: {
    environment: 'node',
    include: ['**/*.test.ts'],
    // Real databases, and whole lives.
    exclude: ['**/{lease,restored,saver,crash,life}.test.ts'],
    setupFiles: ['test/mutation/properties.ts'],
    testTimeout: 20_000,
    isolate: false,
  },
});
