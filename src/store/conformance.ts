import { describe } from 'vitest';
import { admission } from '#store/conformance/admission.ts';
import { claiming } from '#store/conformance/claiming.ts';
import { hinting } from '#store/conformance/hinting.ts';
import { operating } from '#store/conformance/operating.ts';
import { reading } from '#store/conformance/reading.ts';
import { saving } from '#store/conformance/saving.ts';
import { submitting } from '#store/conformance/submitting.ts';
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
