/** The sign of the house: a leader whose hand stands at 60 degrees. */
export function Mark({ className }: { className?: string }) {
  return (
    <svg aria-hidden="true" viewBox="0 0 24 24" fill="none" className={className}>
      <path d="M12 12V2.5A9.5 9.5 0 0 1 20.23 16.75Z" className="fill-ink/25" />
      <circle cx="12" cy="12" r="9.5" stroke="currentColor" strokeWidth="1.5" />
      <path d="M0.5 12H23.5M12 0.5V23.5" stroke="currentColor" strokeWidth="0.75" opacity="0.55" />
      <path d="M12 12L20.23 16.75" stroke="currentColor" strokeWidth="1.5" />
    </svg>
  );
}
