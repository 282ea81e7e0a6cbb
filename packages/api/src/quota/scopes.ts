import type { Pod, ResourceQuota } from "../types.ts";

type Requirement = NonNullable<NonNullable<ResourceQuota["spec"]["scopeSelector"]>["matchExpressions"]>[number];

/** Every scope a quota may have; all are about pods. Source: `helper.IsStandardResourceQuotaScope` of v1.33 without alpha gates. */
export const quotaScopes: readonly string[] = [
  "BestEffort",
  "CrossNamespacePodAffinity",
  "NotBestEffort",
  "NotTerminating",
  "PriorityClass",
  "Terminating",
];

const computeResources = ["cpu", "memory", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory"];

/** Whether a quota with this scope may limit this resource. Source: `helper.IsResourceQuotaScopeValidForResource`. */
export function hasScopeFor(scope: string, resource: string): boolean {
  if (!quotaScopes.includes(scope)) return true;
  return resource === "pods" || (scope !== "BestEffort" && computeResources.includes(resource));
}

/** Whether a pod is in every scope of a quota. What is no pod is in none. Source: `generic.Matches`, `podMatchesScopeFunc`. */
export function isInScopes({ scopes = [], scopeSelector }: ResourceQuota["spec"], pod: Pod | undefined): boolean {
  const requirements: readonly Requirement[] = [
    ...scopes.map((scopeName) => ({ scopeName, operator: "Exists" })),
    ...(scopeSelector?.matchExpressions ?? []),
  ];
  return requirements.every((requirement) => pod !== undefined && meets(pod, requirement));
}

function meets(pod: Pod, { scopeName, operator, values = [] }: Requirement): boolean {
  switch (scopeName) {
    case "Terminating":
      return hasDeadline(pod);
    case "NotTerminating":
      return !hasDeadline(pod);
    case "BestEffort":
      return pod.status?.qosClass === "BestEffort";
    case "NotBestEffort":
      return pod.status?.qosClass !== "BestEffort";
    case "PriorityClass":
      return isSelected(pod.spec.priorityClassName ?? "", { operator, values });
    case "CrossNamespacePodAffinity":
      return namesOtherNamespaces(pod);
    default:
      return false;
  }
}

function hasDeadline({ spec }: Pod): boolean {
  return (spec.activeDeadlineSeconds ?? -1) >= 0;
}

/** As a label selector sees a label that is missing when the pod has no priority class. */
function isSelected(name: string, { operator, values }: Pick<Requirement, "operator" | "values">): boolean {
  switch (operator) {
    case "In":
      return name !== "" && (values ?? []).includes(name);
    case "NotIn":
      return name === "" || !(values ?? []).includes(name);
    case "Exists":
      return name !== "";
    default:
      return name === "";
  }
}

function namesOtherNamespaces({ spec }: Pod): boolean {
  const { podAffinity, podAntiAffinity } = spec.affinity ?? {};
  const terms = [podAffinity, podAntiAffinity].flatMap((affinity) => [
    ...(affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
    ...(affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map((each) => each.podAffinityTerm),
  ]);
  return terms.some(
    ({ namespaces = [], namespaceSelector }) => namespaces.length > 0 || namespaceSelector !== undefined,
  );
}
