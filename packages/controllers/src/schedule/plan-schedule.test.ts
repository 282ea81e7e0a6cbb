import { controllerReference, type Node, type PersistentVolumeClaim } from "@ordinal/api";
import { expect } from "chai";
import { claimOf, classOfVolumes } from "../binding/volumes.fixture.ts";
import { podOf } from "../endpoints/pods.fixture.ts";
import { planSchedule, type SchedulingWorld } from "./plan-schedule.ts";

const node: Node = {
  apiVersion: "v1",
  kind: "Node",
  metadata: {
    name: "ordinal",
    uid: "n",
    resourceVersion: "1",
    creationTimestamp: "2026-01-01T00:00:00Z",
    labels: { disk: "ssd" },
  },
};
const waiting = { nodeName: "", volumes: [{ name: "data", persistentVolumeClaim: { claimName: "data" } }] };
const pod = podOf("web-0", { spec: waiting });
const scratchPod = podOf("web-0", {
  spec: { nodeName: "", volumes: [{ name: "scratch", ephemeral: { volumeClaimTemplate: { spec: {} } } }] },
});
const later = classOfVolumes("later", { volumeBindingMode: "WaitForFirstConsumer" });

function world(claim?: PersistentVolumeClaim, more: Partial<SchedulingWorld> = {}): SchedulingWorld {
  return {
    node,
    claim: (name) => (name === claim?.metadata.name ? claim : undefined),
    storageClass: (name) => (name === "later" ? later : undefined),
    ...more,
  };
}

const bound = claimOf({ status: { phase: "Bound" } });
const unbound = claimOf({ spec: { storageClassName: "later" } });
const selected = claimOf({
  spec: { storageClassName: "later" },
  metadata: { annotations: { "volume.kubernetes.io/selected-node": "ordinal" } },
});

function refusal(reason: string): object {
  return { do: "refuse", message: `0/1 nodes are available: ${reason}.` };
}

describe("planSchedule", () => {
  const cases: readonly (readonly [what: string, ...args: Parameters<typeof planSchedule>, step: object])[] = [
    ["binds a pod whose claims are bound", pod, world(bound), { do: "bind", nodeName: "ordinal" }],
    [
      "binds a pod without claims",
      podOf("web-0", { spec: { nodeName: "" } }),
      world(),
      { do: "bind", nodeName: "ordinal" },
    ],
    ["S12 says that a claim is missing", pod, world(), refusal('persistentvolumeclaim "data" not found')],
    [
      "S12 says that a claim is being deleted",
      pod,
      world(claimOf({ metadata: { deletionTimestamp: "x" } })),
      refusal('persistentvolumeclaim "data" is being deleted'),
    ],
    [
      "S19 says that a claim is lost",
      pod,
      world(claimOf({ status: { phase: "Lost" }, spec: { volumeName: "a" } })),
      refusal('persistentvolumeclaim "data" bound to non-existent persistentvolume "a"'),
    ],
    [
      "S12 waits for a claim that is bound at once",
      pod,
      world(claimOf()),
      refusal("pod has unbound immediate PersistentVolumeClaims"),
    ],
    [
      "S11 chooses the node for a claim that waits for a pod",
      pod,
      world(unbound),
      { do: "selectNode", nodeName: "ordinal", claims: [unbound] },
    ],
    ["S11 waits once the node is chosen", pod, world(selected), { do: "wait" }],
    [
      "S45 waits for the claim of an ephemeral volume to be made",
      scratchPod,
      world(),
      refusal('waiting for ephemeral volume controller to create the persistentvolumeclaim "web-0-scratch"'),
    ],
    [
      "S45 refuses a claim of that name which is not the pod's",
      scratchPod,
      world(claimOf({ metadata: { name: "web-0-scratch" }, status: { phase: "Bound" } })),
      refusal("PVC default/web-0-scratch was not created for pod default/web-0 (pod is not owner)"),
    ],
    [
      "S45 uses the claim that was made for the pod",
      scratchPod,
      world(
        claimOf({
          metadata: { name: "web-0-scratch", ownerReferences: [controllerReference(scratchPod)] },
          status: { phase: "Bound" },
        }),
      ),
      { do: "bind", nodeName: "ordinal" },
    ],
    ["leaves a pod that has a node", podOf("web-0"), world(bound), { do: "nothing" }],
    [
      "leaves a pod that is terminating",
      podOf("web-0", { spec: waiting, metadata: { deletionTimestamp: "x" } }),
      world(bound),
      { do: "nothing" },
    ],
    [
      "leaves a pod of another scheduler",
      podOf("web-0", { spec: { ...waiting, schedulerName: "mine" } }),
      world(bound),
      { do: "nothing" },
    ],
    [
      "leaves a pod behind a scheduling gate",
      podOf("web-0", { spec: { ...waiting, schedulingGates: [{ name: "g" }] } }),
      world(bound),
      { do: "nothing" },
    ],
    [
      "follows the node selector",
      podOf("web-0", { spec: { nodeName: "", nodeSelector: { disk: "hdd" } } }),
      world(),
      refusal("1 node(s) didn't match Pod's node affinity/selector"),
    ],
    [
      "respects a cordon",
      podOf("web-0", { spec: { nodeName: "" } }),
      world(undefined, { node: { ...node, spec: { unschedulable: true } } }),
      refusal("1 node(s) were unschedulable"),
    ],
    [
      "says that there is no node yet",
      podOf("web-0", { spec: { nodeName: "" } }),
      world(undefined, { node: undefined }),
      { do: "refuse", message: "no nodes available to schedule pods" },
    ],
  ];
  for (const [what, each, around, step] of cases) {
    it(what, () => expect(planSchedule(each, around)).to.deep.equal(step));
  }
});
