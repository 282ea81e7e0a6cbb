import type { Pod } from "@ordinal/api";
import { timeSince } from "./human-duration.ts";
import { podSummary } from "./pod-summary.ts";
import { ageColumn, column, nameColumn, wide, type RowCondition, type TablePrinter } from "./table.ts";
import { orNone } from "./text.ts";

const finished: Readonly<Record<string, readonly RowCondition[]>> = {
  Succeeded: [
    { type: "Completed", status: "True", reason: "Succeeded", message: "The pod has completed successfully." },
  ],
  Failed: [{ type: "Completed", status: "True", reason: "Failed", message: "The pod failed." }],
};

export const podTable: TablePrinter<Pod> = {
  columns: [
    nameColumn,
    column("Ready", "Containers that are ready, of all that run for the pod's whole life."),
    column("Status", "What the pod's containers do, in one word."),
    column("Restarts", "How often containers were started again, and when last."),
    ageColumn,
    column("IP", "Address of the pod.", wide),
    column("Node", "Node the pod is bound to.", wide),
    column("Nominated Node", "Node kept free for the pod by preemption.", wide),
    column("Readiness Gates", "Readiness gates that are met, of all.", wide),
  ],
  cells(pod, nowMs) {
    const { ready, total, reason, restarts, lastRestart } = podSummary(pod);
    const shownRestarts =
      restarts !== 0 && lastRestart !== undefined
        ? `${restarts} (${timeSince(lastRestart, nowMs)} ago)`
        : `${restarts}`;
    return [
      pod.metadata.name,
      `${ready}/${total}`,
      reason,
      shownRestarts,
      timeSince(pod.metadata.creationTimestamp, nowMs),
      orNone(pod.status?.podIPs?.[0]?.ip),
      orNone(pod.spec.nodeName),
      orNone(pod.status?.nominatedNodeName),
      readinessGates(pod),
    ];
  },
  conditions: (pod) => finished[pod.status?.phase ?? ""],
};

function readinessGates(pod: Pod): string {
  const gates = pod.spec.readinessGates ?? [];
  if (gates.length === 0) return "<none>";
  const isMet = (type: string): boolean =>
    pod.status?.conditions?.find((condition) => condition.type === type)?.status === "True";
  return `${gates.filter((gate) => isMet(gate.conditionType)).length}/${gates.length}`;
}
