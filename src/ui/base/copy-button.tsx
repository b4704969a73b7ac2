'use client';
import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import { toast } from 'sonner';
import { copyText } from '#ui/browser/clipboard.ts';
import { Button } from './button.tsx';

const doneMs = 1_500;

/** Copies `text`. `label` says what is copied, for those who do not see the icon. */
export function CopyButton({ text, label, children }: { text: string; label: string; children?: string }) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), doneMs);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = () =>
    copyText(text).then(
      () => setCopied(true),
      () => toast('The browser did not allow copying. Select the text instead.'),
    );
  const Icon = copied ? Check : Copy;
  return (
    <Button kind={children ? 'bare' : 'icon'} aria-label={copied ? 'Copied' : label} title={label} onClick={copy}>
      <Icon aria-hidden className="size-4" />
      {children && <span>{copied ? 'Copied' : children}</span>}
    </Button>
  );
}
