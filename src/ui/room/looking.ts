const lockName = 'dailies-looking';

/** Lets the other tabs of this browser know while this page is in view: it then holds a lock together with them. */
export function noteLooking(): () => void {
  // Plain http on a LAN has no locks, and no notifications either.
  if (!navigator.locks) return () => undefined;
  const closing = new AbortController();
  const hold = () => {
    if (document.visibilityState !== 'visible') return;
    navigator.locks.request(lockName, { mode: 'shared' }, () => untilHidden(closing.signal));
  };
  hold();
  document.addEventListener('visibilitychange', hold, { signal: closing.signal });
  return () => closing.abort();
}

/** Whether any tab of this browser shows a page of ours right now; false where tabs cannot know. */
export async function isSomebodyLooking(): Promise<boolean> {
  if (!navigator.locks) return false;
  const { held = [] } = await navigator.locks.query();
  return held.some(({ name }) => name === lockName);
}

const untilHidden = (closing: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const look = () => {
      if (closing.aborted || document.visibilityState !== 'visible') resolve();
    };
    look();
    document.addEventListener('visibilitychange', look, { signal: closing });
    closing.addEventListener('abort', look);
  });
