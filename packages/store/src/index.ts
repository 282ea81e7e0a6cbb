export { CompactedError } from "./store.ts";
export type { Entry, Range, RangeOptions, Store, StoreEvent, WriteCondition, WriteOutcome } from "./store.ts";
