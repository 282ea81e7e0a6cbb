import {
  annotations,
  claimNameOfVolume,
  claimNamesOf,
  foreignClaimProblem,
  isTerminating,
  type Node,
  type PersistentVolumeClaim,
  type Pod,
  type StorageClass,
  type Volume,
} from "@ordinal/api";

/** What scheduling a pod needs to know. */
export interface SchedulingWorld {
  readonly node: Node | undefined;
  readonly claim: (name: string) => PersistentVolumeClaim | undefined;
  readonly storageClass: (name: string) => StorageClass | undefined;
}

export type SchedulingStep =
  | { readonly do: "nothing" }
  | { readonly do: "bind"; readonly nodeName: string }
  /** Tells the binding controller that these claims now have a consumer, on which node. */
  | { readonly do: "selectNode"; readonly nodeName: string; readonly claims: readonly PersistentVolumeClaim[] }
  | { readonly do: "wait" }
  | { readonly do: "refuse"; readonly message: string };

/** The next step towards a node for a pod that has none. There is one node, so the only questions are whether it fits and whether the claims are bound. */
export function planSchedule(pod: Pod, world: SchedulingWorld): SchedulingStep {
  if (pod.spec.nodeName !== undefined && pod.spec.nodeName !== "") return { do: "nothing" };
  if (isTerminating(pod) || (pod.spec.schedulerName ?? "default-scheduler") !== "default-scheduler")
    return { do: "nothing" };
  if ((pod.spec.schedulingGates ?? []).length > 0) return { do: "nothing" };
  const { node } = world;
  if (node === undefined) return { do: "refuse", message: "no nodes available to schedule pods" };
  const misfit = misfitOf(pod, node);
  if (misfit !== undefined) return refuse(misfit);
  return planClaims(pod, { world, nodeName: node.metadata.name });
}

function planClaims(pod: Pod, { world, nodeName }: { world: SchedulingWorld; nodeName: string }): SchedulingStep {
  for (const volume of pod.spec.volumes ?? []) {
    const problem = volumeProblem(pod, volume, world);
    if (problem !== undefined) return refuse(problem);
  }
  const claims = claimNamesOf(pod).flatMap((name) => world.claim(name) ?? []);
  const unbound = claims.filter((claim) => claim.status?.phase !== "Bound");
  if (unbound.length === 0) return { do: "bind", nodeName };
  if (unbound.some((claim) => !waitsForConsumer(claim, world)))
    return refuse("pod has unbound immediate PersistentVolumeClaims");
  const unselected = unbound.filter((claim) => claim.metadata.annotations?.[annotations.selectedNode] !== nodeName);
  return unselected.length === 0 ? { do: "wait" } : { do: "selectNode", nodeName, claims: unselected };
}

/** Why the claim of this volume cannot be used, in upstream's words. Source: `volumebinding.podHasPVCs`. */
function volumeProblem(pod: Pod, volume: Volume, world: SchedulingWorld): string | undefined {
  const name = claimNameOfVolume(pod, volume);
  if (name === undefined) return undefined;
  const isEphemeral = volume.ephemeral !== undefined;
  const claim = world.claim(name);
  if (claim !== undefined) return brokenClaim(claim) ?? (isEphemeral ? foreignClaimProblem(pod, claim) : undefined);
  if (!isEphemeral) return `persistentvolumeclaim "${name}" not found`;
  return `waiting for ephemeral volume controller to create the persistentvolumeclaim "${name}"`;
}

function brokenClaim(claim: PersistentVolumeClaim): string | undefined {
  const { name } = claim.metadata;
  if (isTerminating(claim)) return `persistentvolumeclaim "${name}" is being deleted`;
  if (claim.status?.phase === "Lost") {
    return `persistentvolumeclaim "${name}" bound to non-existent persistentvolume "${claim.spec.volumeName ?? ""}"`;
  }
  return undefined;
}

function waitsForConsumer(claim: PersistentVolumeClaim, world: SchedulingWorld): boolean {
  return world.storageClass(claim.spec.storageClassName ?? "")?.volumeBindingMode === "WaitForFirstConsumer";
}

function misfitOf(pod: Pod, node: Node): string | undefined {
  if (node.spec?.unschedulable === true) return "1 node(s) were unschedulable";
  const labels = node.metadata.labels ?? {};
  const fits = Object.entries(pod.spec.nodeSelector ?? {}).every(([key, value]) => labels[key] === value);
  return fits ? undefined : "1 node(s) didn't match Pod's node affinity/selector";
}

function refuse(reason: string): SchedulingStep {
  return { do: "refuse", message: `0/1 nodes are available: ${reason}.` };
}
