import type { SettingsStore, StoredProvider, StoredSettings } from '#engine/stored-settings.ts';

/** The settings of one process, for tests: its keys are sealed from nobody, and its changes are no events. */
export function openMemorySettings(): SettingsStore {
  const listeners = new Set<() => void>();
  const providers = new Map<string, StoredProvider>();
  const chosen: Omit<StoredSettings, 'providers'> = {
    defaultModel: null,
    aliases: {},
    fallbacks: { enabled: false, dearer: false, models: {} },
    tests: {},
  };
  let credentials = 0;
  const changed = () => {
    for (const listener of listeners) listener();
  };
  const set = (change: Partial<typeof chosen>) => {
    Object.assign(chosen, change);
    changed();
  };
  return {
    load: async () => structuredClone({ providers: [...providers.values()], ...chosen }),
    async saveProvider(id, { credential, ...config }) {
      const known = providers.get(id)?.credentials ?? [];
      const at = new Date();
      const fresh = credential && {
        ...credential,
        id: `cred_${++credentials}`,
        unreadable: false,
        createdAt: at,
        retiredAt: null,
      };
      const retired = known.map((one) => ({ ...one, retiredAt: one.retiredAt ?? at }));
      providers.set(id, { ...config, id, credentials: fresh ? [fresh, ...retired] : known });
      changed();
    },
    async removeProvider(id) {
      const gone = providers.delete(id);
      if (chosen.defaultModel?.startsWith(`${id}/`)) chosen.defaultModel = null;
      delete chosen.tests[id];
      if (gone) changed();
      return gone;
    },
    setDefaultModel: async (defaultModel) => set({ defaultModel }),
    setAliases: async (aliases) => set({ aliases }),
    setFallbacks: async (fallbacks) => set({ fallbacks }),
    saveTest: async (id, test) => set({ tests: { ...chosen.tests, [id]: test } }),
    reseal: async () => 0,
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
