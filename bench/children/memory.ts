import { readFileSync } from 'node:fs';

export type Storage = { ms: number; growthMb: number; peakMb: number };

const mb = 1_000_000;

/** Answers the time, the peak of the process, and how far that is above what it was before, by the kernel's count. */
export async function measureStorage(work: () => Promise<void>): Promise<Storage> {
  const idleBytes = process.memoryUsage.rss();
  const startedAt = performance.now();
  await work();
  const ms = performance.now() - startedAt;
  const peakBytes = peak();
  return { ms, growthMb: Math.max(0, peakBytes - idleBytes) / mb, peakMb: peakBytes / mb };
}

/** The highest that the process has ever been: nothing falls between two samples. */
function peak(): number {
  // Linux counts the parent's memory at the fork into maxRSS, but not into this.
  const status = process.platform === 'linux' ? readFileSync('/proc/self/status', 'utf8') : '';
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  return 1_024 * (kilobytes ? Number(kilobytes) : process.resourceUsage().maxRSS);
}
