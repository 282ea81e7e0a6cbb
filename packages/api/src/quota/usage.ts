import { qualifiedResource } from "../kinds.ts";
import type { Kind, ResourceName } from "../kinds.ts";
import { isPodFinished } from "../pods.ts";
import type { KubeObject, PersistentVolumeClaim, Pod, Service } from "../types.ts";
import { amountOf, countOf } from "./amounts.ts";
import type { Amount, Amounts } from "./amounts.ts";
import { podResources } from "./pod-resources.ts";
import {
  claimResources,
  classInfix,
  countedByName,
  countPrefix,
  isExtendedQuotaResource,
  isExtendedResource,
  isHugePages,
  podResources as podResourceNames,
  serviceResources,
} from "./resource-names.ts";

const betaStorageClass = "volume.beta.kubernetes.io/storage-class";

interface Evaluator {
  /** Whether this resource of a quota is about such objects. */
  owns(name: string): boolean;
  usage(object: KubeObject): Amounts;
}

/** Kinds that quotas can say more about than how many there are. */
const evaluators: Partial<Readonly<Record<ResourceName, Evaluator>>> = {
  persistentvolumeclaims: {
    owns: (name) => claimResources.some((each) => name === each || name.endsWith(`${classInfix}${each}`)),
    usage: (object) => claimUsage(object as PersistentVolumeClaim),
  },
  pods: {
    owns: (name) => podResourceNames.includes(name) || isHugePages(name) || isExtendedQuotaResource(name),
    usage: (object) => podUsage(object as Pod),
  },
  services: {
    owns: (name) => serviceResources.includes(name),
    usage: (object) => serviceUsage(object as Service),
  },
};

/** Whether quotas count objects of this kind at all. Source: `DefaultIgnoredResources`. */
export function isCounted(kind: Kind): boolean {
  return kind.namespaced && kind.plural !== "events";
}

/** Whether changing an object of this kind may take more of a quota than it has. Source: the evaluators' `Handles`. */
export function isCheckedOnUpdate(kind: Kind): boolean {
  return kind.plural === "persistentvolumeclaims" || kind.plural === "services";
}

/** Those of a quota's resources that objects of this kind use. Source: the evaluators' `MatchingResources`. */
export function resourcesOfKind(kind: Kind, names: readonly string[]): readonly string[] {
  return names.filter((name) => name === countName(kind) || isOfKind(kind, name));
}

function isOfKind({ plural }: Kind, name: string): boolean {
  if (countedByName.includes(plural)) return name === plural;
  return evaluators[plural]?.owns(name) ?? false;
}

/** What an object uses up of quotas. Source: the evaluators' `Usage` in `pkg/quota/v1/evaluator/core`. */
export function quotaUsage(kind: Kind, object: KubeObject): Amounts {
  const counted: Amounts = new Map([[countName(kind), countOf(1)]]);
  if (countedByName.includes(kind.plural)) return new Map([...counted, [kind.plural, countOf(1)]]);
  const evaluator = evaluators[kind.plural];
  return evaluator === undefined ? counted : new Map([...counted, ...evaluator.usage(object)]);
}

function countName(kind: Kind): string {
  return `${countPrefix}${qualifiedResource(kind)}`;
}

/** A claim that is being grown is charged for what it has been promised, even if it asks for less by now. */
function claimUsage({ metadata, spec, status }: PersistentVolumeClaim): Amounts {
  const storageClass = metadata.annotations?.[betaStorageClass] ?? spec.storageClassName ?? "";
  const asked = spec.resources?.requests?.["storage"];
  const promised = status?.allocatedResources?.["storage"] ?? "0";
  const own = new Map([
    ["persistentvolumeclaims", countOf(1)],
    ...(asked === undefined
      ? []
      : [["requests.storage", wholeBytes(most(amountOf(asked), amountOf(promised)))] as const]),
  ]);
  if (storageClass === "") return own;
  return new Map([
    ...own,
    ...[...own].map(([name, amount]) => [`${storageClass}${classInfix}${name}`, amount] as const),
  ]);
}

function most(one: Amount, other: Amount): Amount {
  return other.nanos > one.nanos ? other : one;
}

function wholeBytes({ nanos, like }: Amount): Amount {
  const byte = 1_000_000_000n;
  return { nanos: ((nanos + byte - 1n) / byte) * byte, like };
}

/** A pod that has ended counts as an object only. */
function podUsage(pod: Pod): Amounts {
  return isPodFinished(pod) ? new Map() : computeUsage(podResources(pod, "requests"), podResources(pod, "limits"));
}

/** Requests and limits under the names that quotas have for them. Source: `podComputeUsageHelper`. */
export function computeUsage(requests: Amounts, limits: Amounts): Amounts {
  const usage = new Map([["pods", countOf(1)]]);
  for (const [name, amount] of requests) {
    const isPlain = ["cpu", "memory", "ephemeral-storage"].includes(name) || isHugePages(name);
    if (isPlain) usage.set(name, amount);
    if (isPlain || isExtendedResource(name)) usage.set(`requests.${name}`, amount);
  }
  for (const [name, amount] of limits) {
    if (["cpu", "memory", "ephemeral-storage"].includes(name)) usage.set(`limits.${name}`, amount);
  }
  return usage;
}

function serviceUsage({ spec }: Service): Amounts {
  const { type, ports = [], allocateLoadBalancerNodePorts } = spec;
  const isBalanced = type === "LoadBalancer";
  const fixed = ports.filter(({ nodePort }) => (nodePort ?? 0) !== 0);
  const onNodes = isBalanced && allocateLoadBalancerNodePorts === false ? fixed : ports;
  return new Map([
    ["services", countOf(1)],
    ["services.nodeports", countOf(isBalanced || type === "NodePort" ? onNodes.length : 0)],
    ["services.loadbalancers", countOf(isBalanced ? 1 : 0)],
  ]);
}
