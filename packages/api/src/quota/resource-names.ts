/** What a quota on pods can be about. Source: `pkg/quota/v1/evaluator/core/pods.go`. */
export const podResources: readonly string[] = [
  "cpu",
  "memory",
  "ephemeral-storage",
  "requests.cpu",
  "requests.memory",
  "requests.ephemeral-storage",
  "limits.cpu",
  "limits.memory",
  "limits.ephemeral-storage",
  "pods",
];
/** What a quota on claims can be about, over all classes or behind a class's prefix. Source: `persistent_volume_claims.go`. */
export const claimResources: readonly string[] = ["persistentvolumeclaims", "requests.storage"];
export const serviceResources: readonly string[] = ["services", "services.nodeports", "services.loadbalancers"];
/** Resources that a quota counts under their plain name, too. Source: `pkg/quota/v1/evaluator/core/registry.go`. */
export const countedByName: readonly string[] = ["configmaps", "replicationcontrollers", "resourcequotas", "secrets"];

/** Stands between a class's name and what is counted of its claims: `fast.storageclass.storage.k8s.io/requests.storage`. */
export const classInfix = ".storageclass.storage.k8s.io/";
/** Starts the name of an object count: `count/statefulsets.apps`. */
export const countPrefix = "count/";

const hugePages = /^(requests\.)?hugepages-/;
const quotaNames = new Set([...podResources, ...claimResources, ...serviceResources, ...countedByName]);

/** Whether a quota may limit this unqualified resource. Source: `helper.IsStandardQuotaResourceName`. */
export function isStandardQuotaResource(name: string): boolean {
  return quotaNames.has(name) || hugePages.test(name);
}

/** Whether upstream knows this unqualified resource at all. Source: `helper.IsStandardResourceName`. */
export function isStandardResource(name: string): boolean {
  return name === "storage" || isStandardQuotaResource(name);
}

/** Whether fractions of it make no sense. Source: `helper.IsIntegerResourceName`. */
export function isIntegerResource(name: string): boolean {
  const counted = ["pods", "persistentvolumeclaims", ...serviceResources, ...countedByName];
  return counted.includes(name) || isExtendedResource(name);
}

/** Whether a resource belongs to somebody else than Kubernetes, as devices do. Source: `helper.IsExtendedResourceName`. */
export function isExtendedResource(name: string): boolean {
  return !isNativeResource(name) && !name.startsWith("requests.");
}

/** Whether a quota resource is about requests for somebody's own resource: `requests.example.com/device`. */
export function isExtendedQuotaResource(name: string): boolean {
  return !isNativeResource(name) && name.startsWith("requests.");
}

/** Whether a quota resource is about huge pages. */
export function isHugePages(name: string): boolean {
  return hugePages.test(name);
}

function isNativeResource(name: string): boolean {
  return !name.includes("/") || name.includes("kubernetes.io/");
}
