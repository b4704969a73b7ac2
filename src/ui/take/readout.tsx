'use client';
import { type RefObject, useEffect, useState } from 'react';
import { Button } from '#ui/base/button.tsx';

type Props = { element: RefObject<HTMLVideoElement | null> };

const speeds = [1, 2, 0.25, 0.5];

/** Where the clip stands, to the hundredth: "1.25 / 4.00". */
export function Readout({ element }: Props) {
  const [text, setText] = useState('0.00 / 0.00');
  useEffect(() => {
    const video = element.current;
    if (!video) return;
    const read = () => setText(`${video.currentTime.toFixed(2)} / ${(video.duration || 0).toFixed(2)}`);
    const events = ['timeupdate', 'seeked', 'loadedmetadata'] as const;
    for (const event of events) video.addEventListener(event, read);
    read();
    return () => {
      for (const event of events) video.removeEventListener(event, read);
    };
  }, [element]);
  return <span className="px-2 font-mono text-sm whitespace-nowrap text-soft max-sm:hidden">{text}</span>;
}

/** The speed of the clip; a press takes the next one. */
export function SpeedButton({ element }: Props) {
  const [rate, setRate] = useState(1);
  useEffect(() => {
    const video = element.current;
    if (!video) return;
    const read = () => setRate(video.playbackRate);
    video.addEventListener('ratechange', read);
    return () => video.removeEventListener('ratechange', read);
  }, [element]);
  const next = speeds[(speeds.indexOf(rate) + 1) % speeds.length] ?? 1;
  const press = () => {
    if (element.current) element.current.playbackRate = next;
  };
  return (
    <Button kind="bare" title={`Speed; next: ${next}×`} onClick={press} className="min-w-14 font-mono">
      <span className="sr-only">Speed </span>
      {rate}×
    </Button>
  );
}
