'use client';
import { useRouter } from 'next/navigation';
import { type ReactNode, useEffect } from 'react';
import { Toaster } from 'sonner';
import { ApiError } from '#ui/api.ts';
import { Button } from '#ui/base/button.tsx';
import { Notice } from '#ui/base/notice.tsx';
import { LiveProvider } from '#ui/live/use-live.tsx';
import { useSession } from '#ui/use-session.ts';
import { ConnectionBar } from './connection-bar.tsx';
import { Data } from './data.tsx';
import { Favicon } from './favicon.tsx';
import { KeyboardSheet } from './keyboard-sheet.tsx';
import { Navigation } from './navigation.tsx';
import { Notifications } from './notifications.tsx';
import { PageTitle } from './page-title.tsx';
import { Toasts } from './toasts.tsx';
import { Tray } from './tray.tsx';

/** The frame of every page behind sign-in: words above, the page, the tray beside it. */
export function Room({ children, modal }: { children: ReactNode; modal: ReactNode }) {
  return (
    <Data>
      <SignedIn>
        <LiveProvider>
          <PageTitle />
          <Favicon />
          <ConnectionBar />
          <div className="mx-auto grid max-w-[1440px] grid-cols-[minmax(0,1fr)] gap-x-8 px-4 pb-28 sm:px-6 lg:grid-cols-[minmax(0,1fr)_15rem] lg:px-8">
            <Navigation />
            <main className="min-w-0">{children}</main>
            <Tray />
          </div>
          {modal}
          <Toasts />
          <Notifications />
          <Toaster
            position="bottom-left"
            toastOptions={{
              unstyled: true,
              classNames: {
                toast:
                  'flex w-full items-center gap-3 rounded-card border border-line bg-lifted px-4 py-3 text-sm text-ink font-sans',
                content: 'min-w-0 flex-1',
                description: 'truncate text-soft',
                actionButton: 'ml-auto h-8 shrink-0 rounded-control border border-line px-3 hover:bg-raised',
              },
            }}
          />
          <KeyboardSheet />
        </LiveProvider>
      </SignedIn>
    </Data>
  );
}

/** Shows the page to who is signed in, and sends everybody else to the door. */
function SignedIn({ children }: { children: ReactNode }) {
  const router = useRouter();
  const session = useSession();
  const isStranger = session.error instanceof ApiError && session.error.status === 401;
  useEffect(() => {
    if (isStranger) router.replace(`/sign-in?to=${encodeURIComponent(location.pathname)}`);
  }, [isStranger, router]);
  if (session.data && !isStranger) return children;
  if (session.isError && !isStranger) {
    return (
      <Notice
        title="The server cannot be reached"
        action={<Button onClick={() => session.refetch()}>Try again</Button>}
      >
        Your videos go on. We try again every few seconds.
      </Notice>
    );
  }
  return <Frame />;
}

/** The lines of the room, before it is known who came. */
function Frame() {
  return (
    <div aria-hidden="true" className="mx-auto max-w-[1440px] px-4 sm:px-6 lg:px-8">
      <div className="h-16" />
      <div className="h-44 rounded-card border border-line bg-raised lg:mr-68" />
    </div>
  );
}
