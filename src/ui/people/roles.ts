import type { Role } from './people-api.ts';

/** As a choice, with what each may. */
export const roleOptions: { value: Role; label: string; note: string }[] = [
  { value: 'member', label: 'Member', note: 'makes takes' },
  { value: 'viewer', label: 'Viewer', note: 'looks only' },
  { value: 'admin', label: 'Admin', note: 'everything' },
];
