import { cn } from '#ui/class-names.ts';
import type { VideoView } from '#ui/shapes.ts';
import { CutDial } from './cut-dial.tsx';

/** Where the clip of a finished take was, after its time was up. */
export function ClipGone({ video, className }: { video: VideoView; className?: string }) {
  const aspect = video.width / video.height;
  return (
    <div className={cn('relative overflow-hidden bg-raised', className)} style={{ aspectRatio: aspect }}>
      <CutDial aspect={aspect} />
      <p className="absolute inset-0 grid place-items-center p-4 text-center text-sm text-balance text-soft">
        {video.step.text}
      </p>
    </div>
  );
}
