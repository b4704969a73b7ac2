import type { InputFile } from '../openai/encode.ts';

/** An image inside a request: where a service takes a URL it takes one of these. */
export const dataUriOf = ({ contentType, bytes }: InputFile): string =>
  `data:${contentType};base64,${Buffer.from(bytes).toString('base64')}`;
