/** Drives a clip as an editor's J, K and L do. */
export type Shuttle = {
  playPause(): void;
  forward(): void;
  backward(): void;
  pause(): void;
  /** Whole frames; negative = back. */
  step(frames: number): void;
  stop(): void;
};

const fastest = 4;

/** `rate` says how many frames a second has. Browsers cannot play backwards, so J moves the time by hand. */
export function shuttleOf(video: HTMLVideoElement, rate: () => number): Shuttle {
  let reverseSpeed = 0;
  let handle = 0;

  const endReverse = () => {
    reverseSpeed = 0;
    cancelAnimationFrame(handle);
  };
  const seek = (time: number) => {
    video.currentTime = Math.max(0, Math.min(video.duration || 0, time));
  };
  const reverse = (before: number) => (now: number) => {
    if (video.currentTime <= 0) return endReverse();
    if (!video.seeking) seek(video.currentTime - ((now - before) / 1000) * reverseSpeed);
    const from = video.seeking && now - before < 250 ? before : now;
    handle = requestAnimationFrame(reverse(from));
  };
  const pause = () => {
    endReverse();
    video.pause();
    video.playbackRate = 1;
  };
  const play = () => void video.play();

  return {
    pause,
    stop: endReverse,
    playPause() {
      endReverse();
      if (video.paused) play();
      else video.pause();
    },
    forward() {
      endReverse();
      video.playbackRate = video.paused ? 1 : Math.min(fastest, video.playbackRate * 2);
      play();
    },
    backward() {
      const isReversing = reverseSpeed > 0;
      const speed = isReversing ? Math.min(fastest, reverseSpeed * 2) : 1;
      pause();
      reverseSpeed = speed;
      handle = requestAnimationFrame(reverse(performance.now()));
    },
    step(frames) {
      pause();
      // To the middle of the frame: its very edge may show the neighbour.
      const frame = Math.floor(video.currentTime * rate() + 0.001) + frames;
      seek((frame + 0.5) / rate());
    },
  };
}
