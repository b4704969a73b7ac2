'use client';
import { Select } from '#ui/base/select.tsx';
import { priorities } from '#ui/priorities.ts';
import type { Priority, VideoView } from '#ui/shapes.ts';
import { usePriority } from './use-commands.ts';

/** Moves a waiting take in the line. */
export function PriorityChoice({ video }: { video: VideoView }) {
  const priority = usePriority(video);
  return (
    <Select
      label="Priority"
      value={priority.isPending ? priority.variables : video.priority}
      options={priorities}
      onChange={(value) => priority.mutate(value as Priority)}
    />
  );
}
