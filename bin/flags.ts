import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';

/** What was asked for is not understood: one line, and the end. */
export function refuse(message: string): never {
  console.error(`dailies: ${message}`);
  process.exit(2);
}

/** The flags of a command; with any that it does not know, it ends here. */
export function readFlags<const Options extends ParseArgsOptionsConfig>(options: Options) {
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    const [message = ''] = String((error as Error).message).split('. ');
    return refuse(`${message}; known are ${Object.keys(options).map((name) => `--${name}`)}`);
  }
}

/** What is no whole number from 1 up ends the command. */
export function wholeNumber(flag: string, text: string): number {
  return /^[1-9]\d{0,11}$/.test(text)
    ? Number(text)
    : refuse(`--${flag} is "${text}": it must be a whole number from 1 up`);
}

/** Those of `known` that a list of parts of names picks; a part that picks none ends the command. */
export function pick<T extends { name: string }>(flag: string, parts: string[], known: T[]): T[] {
  for (const part of parts) {
    if (!known.some(({ name }) => name.includes(part)))
      refuse(`--${flag} is "${part}": there are ${known.map(({ name }) => name).join(', ')}`);
  }
  return known.filter(({ name }) => parts.some((part) => name.includes(part)));
}
