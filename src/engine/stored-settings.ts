import type { Actor } from '#video/video.ts';

/** A key of a provider, and the address that it was given for: it is sent nowhere else. */
export type StoredCredential = {
  id: string;
  /** Null = the public address of its kind. */
  baseUrl: string | null;
  /** Null = without one, or unreadable. */
  key: string | null;
  /** The key cannot be opened: it was sealed with a secret that this process does not have. */
  unreadable: boolean;
  createdAt: Date;
  /** Null = in use; else kept for the jobs that were sent with it. */
  retiredAt: Date | null;
};

/** A provider that a person set up. */
export type StoredProvider = {
  id: string;
  kind: string;
  name: string | null;
  personality: string | null;
  slots: number | null;
  requestsPerMinute: number | null;
  enabled: boolean;
  /** The one in use first. */
  credentials: StoredCredential[];
};

/** When a model's provider has no room, and nothing was paid: where to go instead. */
export type StoredFallbacks = {
  enabled: boolean;
  /** Also to a model that costs more than what was reserved. */
  dearer: boolean;
  models: Record<string, string[]>;
};

/** What a provider said when somebody last asked it something free. */
export type StoredTest = {
  at: string;
  outcome: string;
  /** For people. */
  message: string;
  /** The key that it was asked with. */
  credentialId: string | null;
};

/** What people chose for the whole installation. */
export type StoredSettings = {
  providers: StoredProvider[];
  /** Null = nobody chose. */
  defaultModel: string | null;
  /** Name → model. */
  aliases: Record<string, string>;
  fallbacks: StoredFallbacks;
  /** By provider. */
  tests: Record<string, StoredTest>;
};

export type ProviderChange = Omit<StoredProvider, 'id' | 'credentials'> & {
  /** Takes the place of the present credential, which is kept; absent = it stays. */
  credential?: { baseUrl: string | null; key: string | null };
};

/** The rows of the settings. Every change is one transaction with its event, and tells the other processes. */
export type SettingsStore = {
  load(): Promise<StoredSettings>;
  saveProvider(id: string, change: ProviderChange, actor: Actor): Promise<void>;
  /** With all its keys, and as the default model where that is one of its own. False = there is none. */
  removeProvider(id: string, actor: Actor): Promise<boolean>;
  setDefaultModel(model: string | null, actor: Actor): Promise<void>;
  setAliases(aliases: Record<string, string>, actor: Actor): Promise<void>;
  setFallbacks(fallbacks: StoredFallbacks, actor: Actor): Promise<void>;
  saveTest(id: string, test: StoredTest, actor: Actor): Promise<void>;
  /** Keys that were sealed with the previous secret are sealed with the present one. Returns how many. */
  reseal(): Promise<number>;
  /** Hears of every change, of any process. Returns the way out. */
  listen(listener: () => void): () => void;
};
