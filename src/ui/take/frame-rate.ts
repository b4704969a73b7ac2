const usualRates = [10, 12, 15, 16, 24, 25, 30, 48, 50, 60];

/** The usual rate nearest to the shortest distance seen between two frames, in seconds; 24 while none was seen. */
export function rateOf(shortestSeconds: number | null): number {
  if (!shortestSeconds) return 24;
  const rate = 1 / shortestSeconds;
  return usualRates.reduce((best, usual) => (Math.abs(usual - rate) < Math.abs(best - rate) ? usual : best));
}

/** Measures the rate of a clip while it plays. Answers how to read it, and how to stop. */
export function watchFrameRate(video: HTMLVideoElement): { rate(): number; stop(): void } {
  let shortest: number | null = null;
  let last: number | null = null;
  let handle = 0;
  const look = (_now: number, { mediaTime }: VideoFrameCallbackMetadata) => {
    const distance = last === null ? 0 : mediaTime - last;
    // A jump backwards or by more than a fifth of a second is a seek.
    if (distance > 0.001 && distance < 0.2) shortest = Math.min(shortest ?? distance, distance);
    last = mediaTime;
    handle = video.requestVideoFrameCallback(look);
  };
  if ('requestVideoFrameCallback' in video) handle = video.requestVideoFrameCallback(look);
  return {
    rate: () => rateOf(shortest),
    stop: () => {
      if (handle) video.cancelVideoFrameCallback(handle);
    },
  };
}
