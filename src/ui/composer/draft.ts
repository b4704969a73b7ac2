'use client';
import { useCallback, useEffect, useState } from 'react';
import { readStored, writeStored } from '#ui/browser/stored.ts';
import type { CreateInput, Models, ModelView, Priority } from '#ui/shapes.ts';

/** A picture in our storage that the clip begins with; `name` is that of the file, or its link. */
export type FirstFrame = { id: string; name: string };

/** What stands in the composer. Empty strings = leave it to the server. */
export type Draft = {
  prompt: string;
  model: string;
  size: string;
  seconds: string;
  count: number;
  seed: string;
  priority: Priority;
  firstFrame: FirstFrame | null;
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
  firstFrame: null,
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

/** The model that the draft means: its own while somebody offers that, else the default. */
export function modelOf(draft: Draft, models: Models | undefined): ModelView | undefined {
  const find = (wanted: string | undefined) => models?.models.find(({ id }) => id === wanted);
  return find(draft.model) ?? find(models?.default) ?? models?.models[0];
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

/** What stands between this model and this first frame, before anything is sent; null = nothing. */
export function frameFaultOf({ firstFrame }: Draft, model: ModelView | undefined): string | null {
  if (firstFrame && model?.first_frame === 'no') {
    return `${model.label} begins with no picture: take it away, or choose another model.`;
  }
  if (!firstFrame && model?.first_frame === 'required') return `${model.label} needs a first frame.`;
  return null;
}

/** The draft as the server takes it. */
export function bodyOf(draft: Draft, model: ModelView | undefined): CreateInput {
  const { size, secondsChosen } = offer(draft, model);
  return {
    prompt: draft.prompt,
    ...(model && { model: model.id }),
    size,
    seconds: Number(secondsChosen),
    ...(draft.seed.trim() && { seed: Number(draft.seed) }),
    ...(draft.count > 1 && { count: draft.count }),
    ...(draft.priority !== 'normal' && { priority: draft.priority }),
    ...(draft.firstFrame && { inputs: [draft.firstFrame.id] }),
  };
}
