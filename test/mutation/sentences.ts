import type { Ignorer } from '@stryker-mutator/api/ignore';
import { declareValuePlugin, PluginKind } from '@stryker-mutator/api/plugin';

declare module '@stryker-mutator/api/ignore' {
  /** Of Babel's nodes, the parts that hold text. */
  interface NodePath {
    node: { type: string; value?: unknown; quasis?: { value: { raw: string } }[] };
  }
}

// Which words people hear is no rule: a test that repeats them proves nothing. A text with a space in it is for people.
const sentences: Ignorer = {
  shouldIgnore({ node: { type, value, quasis = [] } }) {
    const texts = type === 'StringLiteral' ? [String(value)] : quasis.map((part) => part.value.raw);
    return texts.some((text) => text.includes(' ')) ? 'a text for people' : undefined;
  },
};

export const strykerPlugins = [declareValuePlugin(PluginKind.Ignore, 'sentences', sentences)];
