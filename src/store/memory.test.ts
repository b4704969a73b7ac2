import { storeConformance } from './conformance.ts';
import { openMemoryStore } from './testing.ts';

storeConformance({ name: 'in-memory', open: async (options = {}) => openMemoryStore(options) });
