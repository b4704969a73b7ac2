'use client';

/** When not even the frame of the page could be drawn: plain, without any of our own parts. */
export default function Failed({ reset }: { error: Error; reset(): void }) {
  return (
    <html lang="en">
      <body>
        <h1>This page failed</h1>
        <p>Your videos go on.</p>
        <button type="button" onClick={reset}>
          Try again
        </button>
      </body>
    </html>
  );
}
