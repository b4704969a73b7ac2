import type { NextConfig } from 'next';

/** Next builds the pages and nothing else: the API and the database are served beside it and never pass through it. */
const config: NextConfig = {
  turbopack: { root: import.meta.dirname },
  // `npm run verify` checks the types of the whole tree; the build is what a first start waits for.
  typescript: { ignoreBuildErrors: true },
  poweredByHeader: false,
  devIndicators: false,
};

export default config;
