import type { Knowledge } from "./knowledge.ts";

/** What a server knows that is well. */
export const well: Knowledge = {
  isSynced: true,
  servedRevision: 123,
  api: { isConnected: true, silentMs: 400 },
  zones: [{ name: "cluster.local", serial: 120, names: 12, records: 34 }],
  addresses: ["127.0.0.1:10053"],
  workers: 1,
  connections: 3,
};

/** The same, while the API server is frozen. */
export const alone: Knowledge = { ...well, api: { isConnected: false, silentMs: 12_345 } };

/** The same, before the API server was there. */
export const unsynced: Knowledge = {
  ...well,
  isSynced: false,
  servedRevision: undefined,
  api: { isConnected: false, silentMs: undefined },
};
