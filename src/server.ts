import './quick-start.ts';

const { refuseToStart } = await import('./stop.ts');
import('./serve.ts').then(({ serve }) => serve()).catch(refuseToStart);
