import type { Scale } from "@ordinal/api";
import type { Client, Patch, Ref, WriteOptions } from "@ordinal/client";

/** The API's semantics over the store: the in-process `Client`, and the subresources only HTTP needs. */
export interface Registry extends Client {
  /** The revision of the newest change. */
  revision(): number;
  getScale(resource: "statefulsets", at: Ref): Promise<Scale>;
  updateScale(resource: "statefulsets", scale: Scale, options?: WriteOptions): Promise<Scale>;
  patchScale(resource: "statefulsets", at: Ref, patch: Patch): Promise<Scale>;
}
