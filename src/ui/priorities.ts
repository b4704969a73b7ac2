import type { Priority } from './shapes.ts';

/** The choice of a place in line, most urgent first. */
export const priorities: { value: Priority; label: string }[] = [
  { value: 'high', label: 'High priority' },
  { value: 'normal', label: 'Normal priority' },
  { value: 'low', label: 'Low priority' },
];
