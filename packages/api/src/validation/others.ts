import { qualifiedNameProblems } from "./formats.ts";
import type { ControllerRevision, Event, Lease, Namespace, Node } from "../types.ts";
import { invalidEach, nonnegative, oneOf } from "./causes.ts";
import type { Causes } from "./causes.ts";
import { isSame } from "./equal.ts";
import { field } from "./field-errors.ts";

/** Source: `ValidateNamespace`. */
export function* namespaceCauses(namespace: Namespace): Causes {
  for (const finalizer of namespace.spec?.finalizers ?? []) {
    yield* invalidEach("spec.finalizers", finalizer, qualifiedNameProblems(finalizer));
    if (finalizer.includes("/") || finalizer === "kubernetes") continue;
    const message = "name is neither a standard finalizer name nor is it fully qualified";
    yield field.invalid("spec.finalizers", finalizer, message);
  }
}

/** Source: `ValidateControllerRevision`. */
export function* controllerRevisionCauses(revision: ControllerRevision): Causes {
  if (revision.data === undefined) yield field.required("data", "data is mandatory");
  yield* nonnegative("revision", revision.revision);
}

export function* controllerRevisionUpdateCauses(next: ControllerRevision, before: ControllerRevision): Causes {
  yield* controllerRevisionCauses(next);
  if (!isSame(next.data, before.data)) yield field.invalid("data", next.data, "field is immutable");
}

/** Source: `ValidateLeaseSpec`. */
export function* leaseCauses({ spec = {} }: Lease): Causes {
  const { leaseDurationSeconds, leaseTransitions } = spec;
  if (leaseDurationSeconds !== undefined && leaseDurationSeconds <= 0) {
    yield field.invalid("spec.leaseDurationSeconds", leaseDurationSeconds, "must be greater than 0");
  }
  yield* nonnegative("spec.leaseTransitions", leaseTransitions);
}

/** Source: `ValidateNode`, taints. */
export function* nodeCauses({ spec = {} }: Node): Causes {
  for (const [index, { key = "", effect = "" }] of (spec.taints ?? []).entries()) {
    const path = `spec.taints[${index}]`;
    yield* invalidEach(`${path}.key`, key, qualifiedNameProblems(key));
    yield* oneOf(`${path}.effect`, effect, ["NoExecute", "NoSchedule", "PreferNoSchedule"]);
  }
}

/** Source: `legacyValidateEvent`. */
export function* eventCauses(event: Event): Causes {
  const { namespace } = event.metadata;
  const about = event.involvedObject.namespace ?? "";
  const expected = about === "" ? ["default", "kube-system", ""] : [about];
  if (expected.includes(namespace ?? "")) return;
  yield field.invalid("involvedObject.namespace", about, "does not match event.namespace");
}
