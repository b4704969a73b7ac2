import type { Claims } from './store/claims.ts';
import type { Creates } from './store/creates.ts';
import type { Events } from './store/events.ts';
import type { Files } from './store/files.ts';
import type { Money } from './store/money.ts';
import type { Operating } from './store/operating.ts';
import type { ProviderState } from './store/provider-state.ts';
import type { Submissions } from './store/submissions.ts';
import type { Videos } from './store/videos.ts';

/** The rows. Every operation is one transaction, and nobody reads or writes them past it. */
export type Store = Creates & Claims & Submissions & ProviderState & Money & Videos & Files & Events & Operating;
