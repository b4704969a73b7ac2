const names: Record<string, string> = {
  user: 'a person',
  api_key: 'API key',
  system: 'Dailies',
  provider: 'provider',
  webhook: 'provider',
  cron: 'cron',
};

/** Who did something, in a word. */
export const actorName = (type: string): string => names[type] ?? type;
