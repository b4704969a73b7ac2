import './quick-start.ts';

const { refuseToStart } = await import('./stop.ts');
import('./work.ts').then(({ work }) => work()).catch(refuseToStart);
