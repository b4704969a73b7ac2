/** A key of the keyboard, as it is printed on it. */
export function KeyCap({ children }: { children: string }) {
  return (
    <kbd className="inline-grid min-w-5 place-items-center rounded-[4px] border border-current/25 px-1 font-mono text-[0.75em] leading-[1.6]">
      {children}
    </kbd>
  );
}
