// The bare simulator, as a client would reach it without us.
import { createSimulator } from '#simulator/server.ts';
import { endWithParent, tell } from './parent.ts';

const simulator = createSimulator({ speed: 0, fps: 1, oneClip: true });
tell({ origin: await simulator.listen() });
endWithParent(() => simulator.close());
