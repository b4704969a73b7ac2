import { storeConformance } from './conformance.ts';
import { testStores } from './testing.ts';

for (const store of testStores()) storeConformance(store);
