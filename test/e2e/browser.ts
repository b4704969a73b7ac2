import { existsSync } from 'node:fs';

const installed = ['/usr/bin/chromium', '/usr/bin/google-chrome'];

/**
 * A Chromium to test with: CHROMIUM_PATH, the machine's own, else the one inside a package (Linux on x64). The latter
 * is unpacked at the first call, so call it once before workers start. undefined: Playwright's own download is left.
 */
export async function browserPath(): Promise<string | undefined> {
  const path = process.env.CHROMIUM_PATH ?? installed.find((candidate) => existsSync(candidate));
  if (path) return path;
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined;
  // Read when the package is imported: with it, the shared libraries that a bare machine lacks are unpacked too.
  process.env.AWS_EXECUTION_ENV ??= 'AWS_Lambda_nodejs24.x';
  const { default: chromium } = await import('@sparticuz/chromium');
  return chromium.executablePath();
}
