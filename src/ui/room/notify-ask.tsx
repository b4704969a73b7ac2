'use client';
import { toast } from 'sonner';
import { Button } from '#ui/base/button.tsx';
import { answerNotifyAsk } from './use-notify-ask.ts';

/** Asked once, after the first slow take. */
export function NotifyAsk() {
  const allow = async () => {
    const permission = await Notification.requestPermission();
    answerNotifyAsk();
    toast(
      permission === 'granted'
        ? 'You will be told when this page is not in view.'
        : 'The browser does not allow it. Its settings for this page can change that.',
    );
  };
  return (
    <section
      aria-label="A question"
      className="appear text-sm max-lg:flex max-lg:items-center max-lg:justify-between max-lg:gap-3 max-lg:border-t max-lg:border-line max-lg:px-4 max-lg:py-2 lg:mt-6 lg:grid lg:gap-2 lg:rounded-card lg:border lg:border-line lg:p-3"
    >
      <p>Tell me when takes are ready</p>
      <div className="flex gap-1">
        <Button onClick={allow}>Allow</Button>
        <Button kind="bare" onClick={answerNotifyAsk}>
          Not now
        </Button>
      </div>
    </section>
  );
}
