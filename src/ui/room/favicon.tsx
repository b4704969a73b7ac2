'use client';
import { useEffect } from 'react';
import { useLive } from '#ui/live/use-live.tsx';
import { phaseOf } from '#ui/phase.ts';

/** The favicon as a leader: its sweep is the mean of the running takes. */
export function Favicon() {
  const running = [...useLive().view.videos.values()].filter((video) => phaseOf(video) === 'working');
  const percent = running.length
    ? Math.round(running.reduce((sum, video) => sum + video.progress, 0) / running.length)
    : null;
  useEffect(() => {
    const link = document.querySelector<HTMLLinkElement>('link[rel=icon]');
    if (!link) return;
    link.dataset.still ??= link.href;
    link.href = percent === null ? link.dataset.still : `data:image/svg+xml,${encodeURIComponent(drawing(percent))}`;
  }, [percent]);
  return null;
}

function drawing(percent: number): string {
  const angle = (Math.max(1, Math.min(99.9, percent)) / 100) * 2 * Math.PI;
  const [x, y] = [16 + 10.5 * Math.sin(angle), 16 - 10.5 * Math.cos(angle)];
  const sweep = `M16 16V5.5A10.5 10.5 0 ${percent > 50 ? 1 : 0} 1 ${x.toFixed(2)} ${y.toFixed(2)}Z`;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#0b0b0c"/>` +
    `<path d="${sweep}" fill="#74a9ff"/><circle cx="16" cy="16" r="10.5" fill="none" stroke="#ececee" stroke-width="2"/></svg>`
  );
}
