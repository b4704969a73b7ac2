/** A single key that is meant for the page: without a modifier, not typed into a field, and not behind a question. */
export function isPlainKey(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey) return false;
  if (document.querySelector('[data-sheet]') || document.querySelector('[role=listbox]')) return false;
  const { target } = event;
  return !(target instanceof HTMLElement && (target.isContentEditable || target.matches('input, textarea, select')));
}
