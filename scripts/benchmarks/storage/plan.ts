/** How much is done of everything. */
export interface StoragePlan {
  readonly parts: readonly StoragePart[];
  /** Claims and deletions one after the other. */
  readonly alone: number;
  /** Claims at once. */
  readonly atOnce: number;
  /** Volumes that exist while one more is made: few, and many. */
  readonly few: number;
  readonly many: number;
  /** I/O is measured this many times at each place, in turns; odd, so that one of them is the median. */
  readonly rounds: number;
  /** Of the file written in sequence, in MiB. */
  readonly sequentialMiB: number;
  readonly syncedWrites: number;
  readonly randomReads: number;
}

export const storageParts = ["claims", "existing", "io"] as const;
export type StoragePart = (typeof storageParts)[number];

export const fullPlan: StoragePlan = {
  parts: storageParts,
  alone: 200,
  atOnce: 1_000,
  few: 10,
  many: 10_000,
  rounds: 7,
  sequentialMiB: 256,
  syncedWrites: 300,
  randomReads: 100_000,
};

export const quickPlan: StoragePlan = {
  ...fullPlan,
  alone: 40,
  atOnce: 200,
  many: 1_000,
  rounds: 3,
  sequentialMiB: 64,
  syncedWrites: 100,
  randomReads: 20_000,
};
