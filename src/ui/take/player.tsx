'use client';
import { Repeat, StepBack, StepForward } from 'lucide-react';
import {
  MediaControlBar,
  MediaController,
  MediaFullscreenButton,
  MediaMuteButton,
  MediaPlayButton,
  MediaTimeRange,
} from 'media-chrome/react';
import { type CSSProperties, useEffect, useRef, useState } from 'react';
import { contentPath } from '#ui/api.ts';
import { Button } from '#ui/base/button.tsx';
import { isPlainKey } from '#ui/browser/plain-key.ts';
import { cn } from '#ui/class-names.ts';
import { offerPoster } from '#ui/poster.ts';
import type { VideoView } from '#ui/shapes.ts';
import { watchFrameRate } from './frame-rate.ts';
import { Readout, SpeedButton } from './readout.tsx';
import { type Shuttle, shuttleOf } from './shuttle.ts';

const controllerId = 'take-player';
const frameId = 'take-player-frame';
// Attributes by id, which the React types do not know: the bar stands below the picture, and both go full screen.
const withFrame = { fullscreenelement: frameId };
const withController = { mediacontroller: controllerId };
const mediaButton = 'shrink-0 rounded-control p-2.5 pointer-coarse:min-h-11 pointer-coarse:min-w-11';
const look = {
  '--media-primary-color': 'var(--ink)',
  '--media-secondary-color': 'transparent',
  '--media-control-background': 'transparent',
  '--media-control-hover-background': 'var(--lifted)',
  '--media-control-height': '24px',
  '--media-button-icon-height': '18px',
  '--media-font-family': 'var(--font-geist-mono)',
  '--media-font-size': '13px',
  '--media-range-track-background': 'var(--line)',
  '--media-range-bar-color': 'var(--ink)',
  '--media-range-thumb-background': 'var(--ink)',
  '--media-tooltip-display': 'none',
  '--media-preview-background': 'var(--lifted)',
  '--media-text-color': 'var(--ink)',
} as CSSProperties;

/** The clip, with the hands of a cutting room: Space, J K L, frame steps, loop, speed, full screen. */
export function Player({ video }: { video: VideoView }) {
  const element = useRef<HTMLVideoElement>(null);
  const shuttle = useShuttle(element);
  const [fault, setFault] = useState(false);
  const [loops, setLoops] = useState(true);
  const [playsAtOnce] = useState(() => !matchMedia('(prefers-reduced-motion: reduce)').matches);
  const aspect = video.width / video.height;
  const step = (frames: number) => () => shuttle.current?.step(frames);

  return (
    <div
      id={frameId}
      style={look}
      className="bg-raised [&:fullscreen]:grid [&:fullscreen]:content-center [&:fullscreen]:p-4"
    >
      <MediaController id={controllerId} noHotkeys noAutohide {...withFrame} className="block w-full bg-transparent">
        <video
          ref={element}
          slot="media"
          src={contentPath(video.id)}
          poster={video.thumbnail_url ? contentPath(video.id, 'thumbnail') : undefined}
          preload="auto"
          autoPlay={playsAtOnce}
          muted
          loop={loops}
          playsInline
          aria-label={`Take ${video.take}: ${video.prompt.slice(0, 120)}`}
          onError={() => setFault(true)}
          onLoadedData={() => setFault(false)}
          onTimeUpdate={({ currentTarget }) => offerPoster(video, currentTarget)}
          className="mx-auto block rounded-card bg-lifted"
          style={{ aspectRatio: aspect, width: `min(100%, calc(70vh * ${aspect}))` }}
        />
      </MediaController>
      <MediaControlBar
        {...withController}
        className="flex w-full flex-wrap items-center justify-between sm:flex-nowrap"
      >
        <MediaPlayButton className={mediaButton} />
        <Button kind="icon" aria-label="One frame back" title="One frame back (,)" onClick={step(-1)}>
          <StepBack aria-hidden className="size-4" />
        </Button>
        <Button kind="icon" aria-label="One frame on" title="One frame on (.)" onClick={step(1)}>
          <StepForward aria-hidden className="size-4" />
        </Button>
        <MediaTimeRange className="h-9 min-w-24 flex-1 px-2 max-sm:order-first max-sm:basis-full" />
        <Readout element={element} />
        <SpeedButton element={element} />
        <Button
          kind="icon"
          aria-label="Loop"
          aria-pressed={loops}
          title="Loop"
          onClick={() => setLoops(!loops)}
          className={cn(!loops && 'opacity-45')}
        >
          <Repeat aria-hidden className="size-4" />
        </Button>
        <MediaMuteButton className={mediaButton} />
        <MediaFullscreenButton className={mediaButton} />
      </MediaControlBar>
      {fault && (
        <p role="alert" className="mt-2 text-sm text-failed">
          The clip could not be played. It is stored; download it, or reload the page.
        </p>
      )}
    </div>
  );
}

/** Keys work while the take is open, except where they would type a letter or press a button. */
function useShuttle(element: React.RefObject<HTMLVideoElement | null>) {
  const shuttle = useRef<Shuttle>(null);
  useEffect(() => {
    if (!element.current) return;
    const frames = watchFrameRate(element.current);
    const hands = shuttleOf(element.current, frames.rate);
    shuttle.current = hands;
    const press = (event: KeyboardEvent) => {
      const action = actionOf(event, hands);
      if (!action) return;
      event.preventDefault();
      action();
    };
    addEventListener('keydown', press);
    return () => {
      removeEventListener('keydown', press);
      hands.stop();
      frames.stop();
    };
  }, [element]);
  return shuttle;
}

function actionOf(event: KeyboardEvent, hands: Shuttle): (() => void) | undefined {
  if (!isPlainKey(event)) return;
  if (event.key === ' ') return isPressable(event.target) ? undefined : hands.playPause;
  const actions: Record<string, () => void> = {
    j: hands.backward,
    k: hands.pause,
    l: hands.forward,
    ',': () => hands.step(-1),
    '.': () => hands.step(1),
    f: () => void fullScreen(),
  };
  return actions[event.key.toLowerCase()];
}

async function fullScreen(): Promise<void> {
  if (document.fullscreenElement) await document.exitFullscreen();
  else await document.getElementById(frameId)?.requestFullscreen();
}

const isPressable = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  target.closest('button, a, summary, [role=checkbox], media-play-button, [role=button]') !== null;
