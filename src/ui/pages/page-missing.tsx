import Link from 'next/link';
import { Button } from '#ui/base/button.tsx';
import { Dial } from '#ui/leader/dial.tsx';

/** 404: the leader that runs out. */
export function PageMissing() {
  return (
    <main className="relative grid min-h-dvh place-items-center overflow-hidden">
      <title>Not found · Dailies</title>
      <div className="absolute inset-0 opacity-60">
        <Dial aspect={1.6} percent={null} />
      </div>
      <div className="relative grid justify-items-center gap-3 rounded-card bg-room/90 px-8 py-6 text-center">
        <p className="font-mono text-sm text-faint">404</p>
        <h1 className="text-lg font-medium">Nothing on this reel</h1>
        <p className="text-soft">This page does not exist.</p>
        <Button asChild>
          <Link href="/">To the studio</Link>
        </Button>
      </div>
    </main>
  );
}
