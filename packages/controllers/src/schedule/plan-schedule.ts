import { claimNamesOf, isTerminating, type Node, type PersistentVolumeClaim, type Pod } from "@ordinal/api";
import { selectsNode } from "./node-selector.ts";
import { claimProblem, planClaims, type ClaimsWorld, type Provision } from "./plan-claims.ts";

/** What scheduling a pod needs to know. */
export interface SchedulingWorld extends ClaimsWorld {
  readonly node: Node | undefined;
  /** Whether another pod that is on a node, and has not ended, uses the claim. */
  readonly isUsedElsewhere: (claim: PersistentVolumeClaim) => boolean;
}

export type SchedulingStep =
  | { readonly do: "nothing" }
  | { readonly do: "bind"; readonly nodeName: string }
  /** Brings claims that waited for a pod to volumes for this node. */
  | ({ readonly do: "provide"; readonly nodeName: string } & Provision)
  | { readonly do: "wait" }
  | { readonly do: "refuse"; readonly message: string };

/**
 * The next step towards a node for a pod that has none. There is one node, so the only questions are whether it fits and
 * whether the claims are bound; they are asked in upstream's order, so that the first answer is upstream's too.
 */
export function planSchedule(pod: Pod, world: SchedulingWorld): SchedulingStep {
  if (!isToBeScheduled(pod)) return { do: "nothing" };
  const { node } = world;
  if (node === undefined) return { do: "refuse", message: "no nodes available to schedule pods" };
  const problem = claimProblem(pod, world);
  if (problem !== undefined) return refuse(problem);
  const misfit = misfitOf(pod, node) ?? sharingProblem(pod, world);
  if (misfit !== undefined) return refuse(`1 ${misfit}`);
  const plan = planClaims(pod, { node, world });
  const nodeName = node.metadata.name;
  switch (plan.are) {
    case "bound":
      return { do: "bind", nodeName };
    case "underWay":
      return { do: "wait" };
    case "toProvide":
      return { do: "provide", nodeName, reservations: plan.reservations, selections: plan.selections };
    case "misfit":
      return refuse(plan.reasons.map((reason) => `1 ${reason}`).join(", "));
    default:
      return plan satisfies never;
  }
}

function isToBeScheduled(pod: Pod): boolean {
  const { nodeName = "", schedulerName = "default-scheduler", schedulingGates = [] } = pod.spec;
  return (
    nodeName === "" && !isTerminating(pod) && schedulerName === "default-scheduler" && schedulingGates.length === 0
  );
}

function misfitOf(pod: Pod, node: Node): string | undefined {
  if (node.spec?.unschedulable === true) return "node(s) were unschedulable";
  const labels = node.metadata.labels ?? {};
  const required = pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const fits =
    Object.entries(pod.spec.nodeSelector ?? {}).every(([key, value]) => labels[key] === value) &&
    (required === undefined || selectsNode(required, node));
  return fits ? undefined : "node(s) didn't match Pod's node affinity/selector";
}

/** Source: `volumerestrictions`. */
function sharingProblem(pod: Pod, world: SchedulingWorld): string | undefined {
  const claims = claimNamesOf(pod).flatMap((name) => world.claim(name) ?? []);
  const isTaken = claims
    .filter((claim) => (claim.spec.accessModes ?? []).includes("ReadWriteOncePod"))
    .some((claim) => world.isUsedElsewhere(claim));
  return isTaken
    ? "node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode"
    : undefined;
}

function refuse(reason: string): SchedulingStep {
  return { do: "refuse", message: `0/1 nodes are available: ${reason}.` };
}
