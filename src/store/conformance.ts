import { describe } from 'vitest';
import { admission } from '#store/conformance/admission.ts';
import { circuits } from '#store/conformance/circuits.ts';
import { claiming } from '#store/conformance/claiming.ts';
import { files } from '#store/conformance/files.ts';
import { hinting } from '#store/conformance/hinting.ts';
import { operating } from '#store/conformance/operating.ts';
import { reading } from '#store/conformance/reading.ts';
import { repeating } from '#store/conformance/repeating.ts';
import { saving } from '#store/conformance/saving.ts';
import { spending } from '#store/conformance/spending.ts';
import { submitting } from '#store/conformance/submitting.ts';
import type { TestStore } from './testing.ts';

/** What every store promises: the same operations, the same answers. */
export function storeConformance({ name, open }: TestStore): void {
  describe(`${name} store`, () => {
    submitting(open);
    admission(open);
    circuits(open);
    claiming(open);
    saving(open);
    repeating(open);
    hinting(open);
    reading(open);
    operating(open);
    spending(open);
    files(open);
  });
}
