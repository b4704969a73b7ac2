'use client';
import { useCallback, useEffect, useState } from 'react';
import type { CreateInput, ModelView, Priority } from '#ui/shapes.ts';
import { readStored, writeStored } from '#ui/stored.ts';

/** What stands in the composer. Empty strings = leave it to the server. */
export type Draft = {
  prompt: string;
  model: string;
  size: string;
  seconds: string;
  count: number;
  seed: string;
  priority: Priority;
};

export const examplePrompt = 'A red fox trots through fresh snow at dawn, breath in the cold air, slow tracking shot';
export const emptyDraft: Draft = {
  prompt: '',
  model: '',
  size: '1280x720',
  seconds: '4',
  count: 1,
  seed: '',
  priority: 'normal',
};

/** The protocol's own, for a model that passes on what it is given. */
const usualSizes = ['1280x720', '720x1280', '1792x1024', '1024x1792', '1024x1024'];
const usualSeconds = [4, 8, 12, 16, 20];

const storedName = 'draft';
const reuseEvent = 'dailies-reuse';

function readDraft(): Draft | null {
  const text = readStored(storedName);
  if (!text) return null;
  try {
    return { ...emptyDraft, ...(JSON.parse(text) as Partial<Draft>) };
  } catch {
    // Written by something else: begin anew.
    return null;
  }
}

/** The draft, kept by this browser. `isFresh` = none was ever written here. */
export function useDraft() {
  const [draft, setDraft] = useState<Draft>(emptyDraft);
  const [isFresh, setFresh] = useState(false);
  useEffect(() => {
    const load = () => {
      const stored = readDraft();
      setDraft(stored ?? emptyDraft);
      setFresh(stored === null);
    };
    load();
    addEventListener(reuseEvent, load);
    return () => removeEventListener(reuseEvent, load);
  }, []);
  const change = useCallback((patch: Partial<Draft>) => {
    setFresh(false);
    setDraft((old) => {
      const next = { ...old, ...patch };
      writeStored(storedName, JSON.stringify(next));
      return next;
    });
  }, []);
  return { draft, change, isFresh };
}

/** Puts the settings of an earlier take into the composer, wherever that is shown next. */
export function reuse(patch: Partial<Draft>): void {
  writeStored(storedName, JSON.stringify({ ...emptyDraft, ...readDraft(), ...patch }));
  dispatchEvent(new Event(reuseEvent));
}

/** What a model offers, and of it what the draft asks for or else the first. */
export function offer(draft: Draft, model: ModelView | undefined) {
  const sizes = model?.sizes ?? usualSizes;
  const seconds = (model?.seconds ?? usualSeconds).map(String);
  return {
    sizes,
    seconds,
    size: sizes.includes(draft.size) ? draft.size : (sizes[0] ?? draft.size),
    secondsChosen: seconds.includes(draft.seconds) ? draft.seconds : (seconds[0] ?? draft.seconds),
  };
}

/** The draft as the server takes it. */
export function bodyOf(draft: Draft, model: ModelView | undefined, inputs: string[]): CreateInput {
  const { size, secondsChosen } = offer(draft, model);
  return {
    prompt: draft.prompt,
    ...(model && { model: model.id }),
    size,
    seconds: Number(secondsChosen),
    ...(draft.seed.trim() && { seed: Number(draft.seed) }),
    ...(draft.count > 1 && { count: draft.count }),
    ...(draft.priority !== 'normal' && { priority: draft.priority }),
    ...(inputs.length > 0 && { inputs }),
  };
}
