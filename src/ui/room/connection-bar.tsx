'use client';
import { useEffect, useState } from 'react';
import { useLive } from '#ui/live/use-live.tsx';

/** A short gap is nobody's business; a page that is being left is none at all. */
const patienceMs = 2_500;

export function ConnectionBar() {
  const { connection } = useLive();
  const [isLost, setLost] = useState(false);
  useEffect(() => {
    if (connection !== 'lost') return setLost(false);
    const timer = setTimeout(() => setLost(true), patienceMs);
    return () => clearTimeout(timer);
  }, [connection]);
  return (
    <div role="status" className="sticky top-0 z-50">
      {isLost && (
        <p className="appear border-b border-line bg-lifted px-4 py-1.5 text-center text-sm">
          Connection lost. Your videos go on. Reconnecting…
        </p>
      )}
    </div>
  );
}
