import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { failureCodes, failureOf } from './failure.ts';

describe.each(failureCodes)('the failure %s', (code) => {
  it('says what happened, whether it was billed, and what to do, in sentences', () => {
    const { happened, advice } = failureOf(code);
    expect(happened).toMatch(/^[A-Z].*\.$/);
    expect(advice).toMatch(/^[A-Z].*\.$/);
  });

  it('has a page', () => {
    const page = readFileSync(`docs/failures/${code}.md`, 'utf8');
    expect(page).toContain(`Code \`${code}\``);
    expect(page).toContain('**Was it billed?**');
  });
});
