import { Check, KeyRound, type LucideIcon, Pause, PowerOff, TriangleAlert } from 'lucide-react';
import type { ProviderSettings } from './settings-api.ts';

type Look = { word: string; ink: string; icon: LucideIcon };

const states: Record<ProviderSettings['state'], Look> = {
  ready: { word: 'Ready', ink: 'text-ready', icon: Check },
  no_key: { word: 'Needs a key', ink: 'text-needs-you', icon: KeyRound },
  key_unreadable: {
    word: 'Its key cannot be read any more. Paste it again.',
    ink: 'text-needs-you',
    icon: TriangleAlert,
  },
  off: { word: 'Switched off', ink: 'text-soft', icon: PowerOff },
};

/** How a provider stands, in a word. */
export function stateLook({ state, paused_at }: Pick<ProviderSettings, 'state' | 'paused_at'>): Look {
  if (state === 'ready' && paused_at) return { word: 'Paused', ink: 'text-soft', icon: Pause };
  return states[state];
}

/** Where its key comes from: "key …f00d, pasted on 3 Nov"; null where it has none. */
export function keyWords({ key, variable }: Pick<ProviderSettings, 'key' | 'variable'>): string | null {
  if (!key) return null;
  const name = key.hint ? `key …${key.hint}` : 'key';
  if (key.from !== 'stored') return `${name}, from ${key.from.replace(/^env:/, '')}`;
  const since = key.since
    ? `, pasted on ${new Date(key.since).toLocaleDateString(undefined, { day: 'numeric', month: 'short' })}`
    : '';
  return `${name}${since}${variable ? `; it stands before that in ${variable}` : ''}`;
}

/** What it can do beside rendering, each in a few words. */
export function abilities({ models, capabilities }: Pick<ProviderSettings, 'models' | 'capabilities'>): string[] {
  return [
    models === 1 ? '1 model' : `${models} models`,
    ...(capabilities ? [capabilities.cancels ? 'can stop a take' : 'cannot stop a take'] : []),
    ...(capabilities?.calls_back ? ['calls us when a take is ready'] : []),
  ];
}

/** An id out of a name: "My GPU box" → "my-gpu-box", with a number where it is taken. */
export function idFrom(name: string, taken: readonly string[]): string {
  const plain = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+|-+$/g, '')
    .slice(0, 60);
  const base = plain || 'server';
  const isFree = (id: string) => id !== 'simulator' && !taken.includes(id);
  if (isFree(base)) return base;
  let n = 2;
  while (!isFree(`${base}-${n}`)) n += 1;
  return `${base}-${n}`;
}
