'use client';
import { useEffect, useState } from 'react';
import { KeyCap } from '#ui/base/key-cap.tsx';
import { Sheet } from '#ui/base/sheet.tsx';
import { isPlainKey } from '#ui/browser/plain-key.ts';
import { useCommandKey } from '#ui/browser/use-command-key.ts';

/** Keys that work everywhere, and the sheet that lists all of them. */
export function KeyboardSheet() {
  const [open, setOpen] = useState(false);
  const command = useCommandKey();
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (!isPlainKey(event)) return;
      if (event.key === '?') setOpen(true);
      else if (event.key === '/' && !document.querySelector('[role=dialog]'))
        document.getElementById('search')?.focus();
      else if (event.key === 'n' && !document.querySelector('[role=dialog]'))
        document.getElementById('prompt')?.focus();
      else return;
      event.preventDefault();
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, []);
  const groups: [string, [string[], string][]][] = [
    [
      'Everywhere',
      [
        [['N'], 'Describe a shot'],
        [[command, '↵'], 'Generate'],
        [['/'], 'Search prompts'],
        [['←', '↑', '→', '↓'], 'Move through takes'],
        [['?'], 'This sheet'],
      ],
    ],
    [
      'In a take',
      [
        [['Space'], 'Play, pause'],
        [['J', 'K', 'L'], 'Backwards, pause, forwards'],
        [[',', '.'], 'One frame back, one frame on'],
        [['F'], 'Full screen'],
        [['S'], 'Star'],
        [['Esc'], 'Close; nothing is canceled'],
      ],
    ],
  ];
  return (
    <Sheet title="Keyboard" open={open} onOpenChange={setOpen}>
      <div className="grid gap-5">
        {groups.map(([name, keys]) => (
          <section key={name}>
            <h3 className="mb-2 text-sm text-faint">{name}</h3>
            <dl className="grid grid-cols-[1fr_auto] gap-y-2 text-sm">
              {keys.map(([caps, does]) => (
                <div key={does} className="contents">
                  <dt className="text-soft">{does}</dt>
                  <dd className="flex justify-end gap-1">
                    {caps.map((cap) => (
                      <KeyCap key={cap}>{cap}</KeyCap>
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Sheet>
  );
}
