export { openStore } from "./embedded-store.ts";
export type { StoreOptions } from "./embedded-store.ts";
export { StoreInUseError } from "./owner.ts";
export { StorageError, StoreClosedError } from "./storage-error.ts";
export { CompactedError } from "./store.ts";
export type { Entry, Range, RangeOptions, Store, StoreEvent, WriteCondition, WriteOutcome } from "./store.ts";
