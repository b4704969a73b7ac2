// An S3-compatible store whose objects lie in files of a directory.
import { startFauxqs } from 'fauxqs';
import { argument, endWithParent, tell } from './parent.ts';

const { dir } = argument<{ dir: string }>();
const server = await startFauxqs({ port: 0, host: '127.0.0.1', logger: false, s3StorageDir: dir });
server.createBucket('bench');
tell({ bucketUrl: `http://127.0.0.1:${server.port}` });
endWithParent();
