'use client';
import { CornerUpLeft } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { Button } from '#ui/base/button.tsx';
import { CopyButton } from '#ui/base/copy-button.tsx';
import { cn } from '#ui/class-names.ts';
import { reuse } from '#ui/composer/draft.ts';
import type { VideoView } from '#ui/shapes.ts';

const longPrompt = 420;

/** The words of the shot; long ones are folded. Reuse puts them and the settings into the composer. */
export function Prompt({ video, onReuse }: { video: VideoView; onReuse?(): void }) {
  const router = useRouter();
  const [isOpen, setOpen] = useState(false);
  const isLong = video.prompt.length > longPrompt;
  const put = () => {
    reuse({
      prompt: video.prompt,
      model: video.resolved_model,
      size: video.size,
      seconds: String(video.seconds),
      seed: video.seed === null ? '' : String(video.seed),
      firstFrame: video.inputs[0] ? { id: video.inputs[0], name: 'of an earlier take' } : null,
    });
    if (onReuse) onReuse();
    else router.push('/');
  };
  return (
    <div>
      <p
        className={cn(
          'wrap-anywhere whitespace-pre-wrap',
          isLong && !isOpen && 'line-clamp-6',
          isOpen && 'max-h-80 overflow-y-auto',
        )}
      >
        {video.prompt}
      </p>
      <div className="mt-1 -ml-2.5 flex flex-wrap">
        <CopyButton text={video.prompt} label="Copy the prompt">
          Copy
        </CopyButton>
        <Button kind="bare" onClick={put}>
          <CornerUpLeft aria-hidden className="size-4" /> Reuse
        </Button>
        {isLong && (
          <Button kind="bare" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            {isOpen ? 'Less' : 'More'}
          </Button>
        )}
      </div>
    </div>
  );
}
