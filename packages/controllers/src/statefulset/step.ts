import type { Draft, PersistentVolumeClaim, Pod } from "@ordinal/api";

/** One write. Why a pod is deleted decides what is said about it. */
export type Step =
  | { readonly do: "create-claim"; readonly claim: Draft<PersistentVolumeClaim>; readonly podName: string }
  | { readonly do: "update-claim"; readonly claim: PersistentVolumeClaim; readonly podName: string }
  | { readonly do: "create-pod"; readonly pod: Draft<Pod>; readonly podName: string }
  | { readonly do: "update-pod"; readonly pod: Pod; readonly podName: string }
  | { readonly do: "delete-pod"; readonly pod: Pod; readonly because: "finished" | "scaled" | "stuck" | "updated" }
  /** The pod cannot be made now; the next change of what stands in its way brings the set back. */
  | { readonly do: "refuse-pod"; readonly podName: string; readonly message: string };
