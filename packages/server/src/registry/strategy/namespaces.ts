import type { Namespace } from "@ordinal/api";
import { strategy, type Strategy } from "./strategy.ts";

/** The finalizer that holds a namespace until its content is gone. */
const ownFinalizer = "kubernetes";

export const namespaces: Strategy = strategy<Namespace>({
  hasStatus: true,
  onCreate(namespace) {
    const finalizers = namespace.spec?.finalizers ?? [];
    const all = finalizers.includes(ownFinalizer) ? finalizers : [...finalizers, ownFinalizer];
    return { ...namespace, spec: { ...namespace.spec, finalizers: all }, status: { phase: "Active" } };
  },
  // Only the finalize subresource writes them.
  onUpdate: (next, before) => ({ ...next, ...(before.spec === undefined ? {} : { spec: before.spec }) }),
});
