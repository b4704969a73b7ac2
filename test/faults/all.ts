import { badLines } from './bad-lines.ts';
import { badProviders } from './bad-providers.ts';
import { databaseStops } from './database-stops.ts';
import type { Fault } from './fault.ts';
import { fourWorkers } from './four-workers.ts';
import { fullDisk } from './full-disk.ts';
import { kills } from './kills.ts';
import { lostAnswers } from './lost-answers.ts';
import { manyStreams } from './many-streams.ts';
import { movedClocks } from './moved-clocks.ts';
import { rollingRestart } from './rolling-restart.ts';
import { slowReaders } from './slow-readers.ts';

export const faults: Fault[] = [
  ...kills,
  databaseStops,
  ...badLines,
  lostAnswers,
  fourWorkers,
  rollingRestart,
  ...badProviders,
  fullDisk,
  slowReaders,
  manyStreams,
  movedClocks,
];
