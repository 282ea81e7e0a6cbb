/** What the server knows of itself and of the API server, for figures and words. */
export interface Knowledge {
  /** Whether all that was there at the beginning is served. Never false again once it was true. */
  readonly isSynced: boolean;
  /** The highest revision of the API whose changes are all in the answers. */
  readonly servedRevision: number | undefined;
  readonly api: {
    readonly isConnected: boolean;
    /** Since it was last heard of; undefined before the first time. */
    readonly silentMs: number | undefined;
  };
  readonly zones: readonly ZoneKnowledge[];
  /** `127.0.0.1:53`, `tls://127.0.0.1:853`. */
  readonly addresses: readonly string[];
  /** Threads that answer beside the first. */
  readonly workers: number;
  /** Open connections of askers. */
  readonly connections: number;
}

export interface ZoneKnowledge {
  /** Without closing dot. */
  readonly name: string;
  readonly serial: number;
  /** Names that exist in it, and the records at them. Zones that share their data tell the same. */
  readonly names: number;
  readonly records: number;
}
