import type { Eta } from './shapes.ts';

const minute = 60_000;
const hour = 60 * minute;

/** A span as people say it: "10–20 s", "2–4 min", "about 1 min". `p50_ms`–`p90_ms` is the range that most takes need. */
export function range({ p50_ms, p90_ms }: Eta): string {
  const low = Math.max(0, Math.min(p50_ms, p90_ms));
  const high = Math.max(0, p50_ms, p90_ms);
  if (high < 5_000) return 'a few seconds';
  if (high <= 90_000) return between(Math.max(5, round(low / 1000, 5)), Math.max(5, round(high / 1000, 5)), 's');
  if (high <= 90 * minute) return between(Math.max(1, Math.round(low / minute)), Math.ceil(high / minute), 'min');
  return between(Math.max(1, Math.round(low / hour)), Math.ceil(high / hour), 'h');
}

/** "2–4 min left". */
export const rangeLeft = (eta: Eta): string => `${range(eta)} left`;

/** One number for a button: "~10 s", "~2 min". */
export function about(ms: number): string {
  if (ms < 90_000) return `~${Math.max(5, round(ms / 1000, 5))} s`;
  return ms < 90 * minute ? `~${Math.round(ms / minute)} min` : `~${Math.round(ms / hour)} h`;
}

/** How long something has lasted, in its largest unit: "42 s", "12 min", "3 h", "2 d". */
export function age(ms: number): string {
  const units: [number, string][] = [
    [24 * hour, 'd'],
    [hour, 'h'],
    [minute, 'min'],
  ];
  const [size, unit] = units.find(([size]) => ms >= size) ?? [1000, 's'];
  return `${Math.max(0, Math.floor(ms / size))} ${unit}`;
}

/** "0:07", "12:40", "1:02:03"; never below zero, since two clocks may disagree. */
export function timecode(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** "14:03:21", in the reader's own zone; with the day where it is not today. */
export function clock(iso: string, now: Date): string {
  const at = new Date(iso);
  const time = at.toLocaleTimeString(undefined, {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  });
  if (at.toDateString() === now.toDateString()) return time;
  return `${at.toLocaleDateString(undefined, { day: 'numeric', month: 'short' })} ${time}`;
}

/** "today", "yesterday", "3 Nov", "3 Nov 2027"; of what comes, "tomorrow". */
export function day(iso: string, now: number): string {
  const at = new Date(iso);
  const near = [
    [-1, 'yesterday'],
    [0, 'today'],
    [1, 'tomorrow'],
  ] as const;
  const dayOf = (days: number) => {
    const date = new Date(now);
    date.setDate(date.getDate() + days);
    return date.toDateString();
  };
  const found = near.find(([days]) => dayOf(days) === at.toDateString());
  if (found) return found[1];
  const withYear = at.getFullYear() !== new Date(now).getFullYear();
  return at.toLocaleDateString(undefined, { day: 'numeric', month: 'short', ...(withYear && { year: 'numeric' }) });
}

/** "1st", "2nd", "11th". */
export function ordinal(n: number): string {
  const ending = n % 100 >= 11 && n % 100 <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th');
  return `${n}${ending}`;
}

const between = (low: number, high: number, unit: string): string =>
  low >= high ? `about ${high} ${unit}` : `${low}–${high} ${unit}`;
const round = (n: number, step: number): number => Math.round(n / step) * step;
const two = (n: number): string => String(n).padStart(2, '0');
