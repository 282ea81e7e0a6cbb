import type { Pod, Scale } from "@ordinal/api";
import type { Client, List, Patch, Ref, WriteOptions } from "@ordinal/client";

/** The API's semantics over the store: the in-process `Client`, and the subresources only HTTP needs. */
export interface Registry extends Client {
  /** The revision of the newest change. */
  revision(): number;
  /** The list of this one pod at the revision before it was deleted, if that was within the last second. */
  listPodBeforeDeletion(at: Ref): Promise<List<Pod> | undefined>;
  getScale(resource: "statefulsets", at: Ref): Promise<Scale>;
  updateScale(resource: "statefulsets", scale: Scale, options?: WriteOptions): Promise<Scale>;
  patchScale(resource: "statefulsets", at: Ref, patch: Patch): Promise<Scale>;
}
