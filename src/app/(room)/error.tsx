'use client';
import { PageFailed } from '#ui/pages/page-failed.tsx';

export default function Failed({ reset }: { error: Error; reset(): void }) {
  return <PageFailed onRetry={reset} />;
}
