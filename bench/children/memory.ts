export type Storage = { ms: number; growthMb: number; peakMb: number };

const mb = 1_000_000;

/** Answers the time, the peak of the process, and how far that is above what it was before, by the kernel's count. */
export async function measureStorage(work: () => Promise<void>): Promise<Storage> {
  const idleBytes = process.memoryUsage.rss();
  const startedAt = performance.now();
  await work();
  const ms = performance.now() - startedAt;
  // Kilobytes, and the highest the process has ever been: nothing falls between two samples.
  const peakBytes = process.resourceUsage().maxRSS * 1_024;
  return { ms, growthMb: Math.max(0, peakBytes - idleBytes) / mb, peakMb: peakBytes / mb };
}
