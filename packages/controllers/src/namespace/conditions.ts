import type { Namespace } from "@ordinal/api";

type Condition = NonNullable<NonNullable<Namespace["status"]>["conditions"]>[number];

/** What is still in a terminating namespace, by resource as upstream writes it (`pods.`, `statefulsets.apps`). */
export interface Remains {
  readonly resources: Readonly<Record<string, number>>;
  readonly finalizers: Readonly<Record<string, number>>;
  /** What the API refused, in its words. */
  readonly failures: readonly string[];
}

/** The five conditions of a terminating namespace. Source: `pkg/controller/namespace/deletion/status_condition_utils.go`. */
export function deletionConditions(remains: Remains, now: string): readonly Condition[] {
  const resources = byName(remains.resources);
  const finalizers = byName(remains.finalizers);
  const isFailing = remains.failures.length > 0;
  return [
    fine("NamespaceDeletionDiscoveryFailure", "ResourcesDiscovered", "All resources successfully discovered"),
    fine(
      "NamespaceDeletionGroupVersionParsingFailure",
      "ParsedGroupVersions",
      "All legacy kube types successfully parsed",
    ),
    isFailing
      ? bad("NamespaceDeletionContentFailure", "ContentDeletionFailed", remains.failures.toSorted().join(", "))
      : fine(
          "NamespaceDeletionContentFailure",
          "ContentDeleted",
          "All content successfully deleted, may be waiting on finalization",
        ),
    resources.length > 0
      ? bad(
          "NamespaceContentRemaining",
          "SomeResourcesRemain",
          `Some resources are remaining: ${resources.map(([name, count]) => `${name} has ${count} resource instances`).join(", ")}`,
        )
      : fine("NamespaceContentRemaining", "ContentRemoved", "All content successfully removed"),
    finalizers.length > 0
      ? bad(
          "NamespaceFinalizersRemaining",
          "SomeFinalizersRemain",
          `Some content in the namespace has finalizers remaining: ${finalizers.map(([name, count]) => `${name} in ${count} resource instances`).join(", ")}`,
        )
      : fine("NamespaceFinalizersRemaining", "ContentHasNoFinalizers", "All content-preserving finalizers finished"),
  ].map((condition) => ({ ...condition, lastTransitionTime: now }));
}

/** The conditions to store, with the time of those that did not change kept, or undefined when all are as they were. */
export function mergedConditions(
  before: readonly Condition[],
  next: readonly Condition[],
): readonly Condition[] | undefined {
  const merged = next.map((condition) => {
    const old = before.find((each) => each.type === condition.type);
    const isSame =
      old?.status === condition.status && old.reason === condition.reason && old.message === condition.message;
    return isSame ? old : condition;
  });
  const isChanged = merged.some((condition) => !before.includes(condition));
  return isChanged ? merged : undefined;
}

function fine(type: string, reason: string, message: string): Condition {
  return { type, status: "False", reason, message };
}

function bad(type: string, reason: string, message: string): Condition {
  return { type, status: "True", reason, message };
}

function byName(counts: Readonly<Record<string, number>>): readonly (readonly [string, number])[] {
  return Object.entries(counts).toSorted(([a], [b]) => (a < b ? -1 : 1));
}
