import { isPodFinished, type Pod } from "@ordinal/api";
import { qosClassOf } from "./qos-class.ts";
import { strategy, type Strategy } from "./strategy.ts";

export const pods: Strategy = strategy<Pod>({
  hasStatus: true,
  onCreate: (pod) => ({ ...pod, status: { phase: "Pending", qosClass: qosClassOf(pod) } }),
  onStatusUpdate: (next, before) => ({
    ...next,
    // Decided at creation, for good.
    status: { ...next.status, ...(before.status?.qosClass === undefined ? {} : { qosClass: before.status.qosClass }) },
  }),
  graceSeconds(pod, asked) {
    const isOnNode = (pod.spec.nodeName ?? "") !== "";
    if (!isOnNode || isPodFinished(pod)) return 0;
    const seconds = asked ?? pod.spec.terminationGracePeriodSeconds ?? 0;
    return seconds < 0 ? 1 : seconds;
  },
});
