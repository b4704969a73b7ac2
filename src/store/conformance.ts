import { describe } from 'vitest';
import { admission } from './conformance/admission.ts';
import { claiming } from './conformance/claiming.ts';
import { hinting } from './conformance/hinting.ts';
import { operating } from './conformance/operating.ts';
import { reading } from './conformance/reading.ts';
import { saving } from './conformance/saving.ts';
import { submitting } from './conformance/submitting.ts';
import type { TestStore } from './testing.ts';

/** What every store promises: the same operations, the same answers. */
export function storeConformance({ name, open }: TestStore): void {
  describe(`${name} store`, () => {
    submitting(open);
    admission(open);
    claiming(open);
    saving(open);
    hinting(open);
    reading(open);
    operating(open);
  });
}
