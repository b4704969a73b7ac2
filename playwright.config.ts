import { defineConfig, devices } from '@playwright/test';
import { browserPath } from './test/e2e/browser.ts';

// The main process finds (and unpacks) the browser; workers load this file again and take what it found.
process.env.CHROMIUM_PATH ??= await browserPath();

export default defineConfig({
  testDir: 'test/e2e',
  outputDir: 'test-results',
  forbidOnly: true,
  retries: 0,
  workers: 1,
  // Beside other suites on two cores a page takes ten times as long.
  timeout: 180_000,
  globalTimeout: 10 * 60_000,
  expect: { timeout: 45_000 },
  use: {
    ...devices['Desktop Chrome'],
    // What the page held is enough: pictures of every moment cost a tenth of the suite.
    trace: { mode: 'retain-on-failure', screenshots: false },
    screenshot: 'only-on-failure',
    launchOptions: {
      executablePath: process.env.CHROMIUM_PATH,
      // Root in a container has no sandbox, and /dev/shm is too small for a page with a video.
      args: ['--no-sandbox', '--disable-dev-shm-usage', '--autoplay-policy=no-user-gesture-required'],
    },
  },
});
