/** What a spreadsheet would run: `=`, `+`, `-`, `@`, and whitespace that it skips before one of them. */
const formula = /^[=+\-@\t\r]/;

/** One line of RFC 4180. A cell that a spreadsheet would take for a formula begins with an apostrophe. */
export const csvLine = (cells: (string | null | undefined)[]): string => `${cells.map(cell).join(',')}\r\n`;

function cell(value: string | null | undefined): string {
  const text = value ?? '';
  const safe = formula.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
