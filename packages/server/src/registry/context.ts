import type { Clock } from "@ordinal/runtime";
import type { Admission } from "./admission/admission.ts";
import type { ObjectStore } from "./object-store.ts";

/** What every verb works with. */
export interface Context {
  readonly objects: ObjectStore;
  readonly clock: Clock;
  readonly admission: Admission;
}
