import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    environment: 'node',
    include: ['src/**/*.test.{ts,tsx}', 'test/**/*.test.ts'],
    globalSetup: ['test/global-setup.ts'],
    // For what hangs: beside a browser suite on two cores a process takes long to start.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    execArgv: ['--import', new URL('./src/quick-start.ts', import.meta.url).href],
    // Each worker may hold a PGlite of half a gigabyte: two, whatever the machine has.
    maxWorkers: 2,
    // A test file that hangs must end the run, not hold it.
    teardownTimeout: 10_000,
  },
});
