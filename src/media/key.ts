/** Our own ids, in up to four steps: nothing that could leave a directory, or mean another one on any file system. */
const keyPattern = /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}(\/[A-Za-z0-9][A-Za-z0-9_-]{0,127}){0,3}$/;

export const isKey = (text: string): boolean => keyPattern.test(text);

export function checkKey(key: string): void {
  if (!isKey(key)) throw new Error('not a storage key');
}
