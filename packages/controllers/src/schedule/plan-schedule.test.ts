import { controllerReference, type Node, type PersistentVolume, type PersistentVolumeClaim } from "@ordinal/api";
import { expect } from "chai";
import { createVolumeIndex } from "../binding/volume-index.ts";
import { claimOf, classOfVolumes, toldInformer, volumeOf } from "../binding/volumes.fixture.ts";
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
const classes = [
  classOfVolumes("later", { volumeBindingMode: "WaitForFirstConsumer" }),
  classOfVolumes("none", { provisioner: "kubernetes.io/no-provisioner", volumeBindingMode: "WaitForFirstConsumer" }),
  classOfVolumes("elsewhere", {
    volumeBindingMode: "WaitForFirstConsumer",
    allowedTopologies: [{ matchLabelExpressions: [{ key: "disk", values: ["tape"] }] }],
  }),
];

interface Around {
  readonly claims?: readonly PersistentVolumeClaim[];
  readonly volumes?: readonly PersistentVolume[];
}

function world(
  claim?: PersistentVolumeClaim,
  { claims = [], volumes = [], ...more }: Partial<SchedulingWorld> & Around = {},
): SchedulingWorld {
  const index = createVolumeIndex(toldInformer(volumes).informer);
  const present = [...claims, ...(claim === undefined ? [] : [claim])];
  return {
    node,
    claim: (name) => present.find(({ metadata }) => metadata.name === name),
    volume: (name) => index.get(name),
    storageClass: (name) => classes.find(({ metadata }) => metadata.name === name),
    reservedFor: (each) => index.reservedFor(each),
    findAvailable: (each, accepts) => index.find(each, { prefer: "smallest", accepts }),
    isUsedElsewhere: () => false,
    ...more,
  };
}

const held = volumeOf("a", { status: { phase: "Bound" } });
const bound = claimOf({ spec: { volumeName: "a" }, status: { phase: "Bound" } });
const ofLater = { storageClassName: "later" };
const unbound = claimOf({ spec: ofLater });
const selected = claimOf({
  spec: ofLater,
  metadata: { annotations: { "volume.kubernetes.io/selected-node": "ordinal" } },
});
const gone = { annotations: { "volume.kubernetes.io/selected-node": "gone" } };
const onNode = (name: string) => ({
  nodeAffinity: {
    required: {
      nodeSelectorTerms: [{ matchFields: [{ key: "metadata.name", operator: "In", values: [name] }] }],
    },
  },
});
const sized = (name: string, storage: string, spec: Partial<PersistentVolume["spec"]> = {}) =>
  volumeOf(name, { spec: { ...ofLater, capacity: { storage }, ...spec } });
const two = podOf("web-0", {
  spec: {
    nodeName: "",
    volumes: [
      { name: "large", persistentVolumeClaim: { claimName: "large" } },
      { name: "small", persistentVolumeClaim: { claimName: "small" } },
    ],
  },
});
const asking = (name: string, storage: string) =>
  claimOf({ metadata: { name }, spec: { ...ofLater, resources: { requests: { storage } } } });
const provide = (parts: object) => ({ do: "provide", nodeName: "ordinal", reservations: [], selections: [], ...parts });
const noVolume = "1 node(s) didn't find available persistent volumes to bind";

function refusal(reason: string): object {
  return { do: "refuse", message: `0/1 nodes are available: ${reason}.` };
}

describe("planSchedule", () => {
  const cases: readonly (readonly [what: string, ...args: Parameters<typeof planSchedule>, step: object])[] = [
    ["binds a pod whose claims are bound", pod, world(bound, { volumes: [held] }), { do: "bind", nodeName: "ordinal" }],
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
    ["S11 chooses the node for a claim that waits for a pod", pod, world(unbound), provide({ selections: [unbound] })],
    [
      "S11 chooses the smallest free volume that fits, once a pod asks, and none on another node",
      pod,
      world(unbound, {
        volumes: [
          sized("ten", "10Gi"),
          sized("two", "2Gi", onNode("ordinal")),
          sized("one", "1Gi", onNode("other")),
          sized("half", "512Mi"),
        ],
      }),
      provide({ reservations: [{ claim: unbound, volume: sized("two", "2Gi", onNode("ordinal")) }] }),
    ],
    [
      "S11 S6 gives the smaller claim of a pod its volume first, and none twice",
      two,
      world(undefined, {
        claims: [asking("large", "2Gi"), asking("small", "1Gi")],
        volumes: [sized("three", "3Gi"), sized("four", "4Gi")],
      }),
      provide({
        reservations: [
          { claim: asking("small", "1Gi"), volume: sized("three", "3Gi") },
          { claim: asking("large", "2Gi"), volume: sized("four", "4Gi") },
        ],
      }),
    ],
    [
      "S11 reserves nothing for one claim when there is nothing for the other",
      two,
      world(undefined, {
        claims: [claimOf({ metadata: { name: "large" }, spec: { storageClassName: "none" } }), asking("small", "1Gi")],
        volumes: [sized("three", "3Gi")],
      }),
      refusal(noVolume),
    ],
    [
      "S11 waits once a volume is reserved",
      pod,
      world(unbound, {
        volumes: [sized("a", "1Gi", { claimRef: { namespace: "default", name: "data", uid: "uid-data" } })],
      }),
      { do: "wait" },
    ],
    [
      "S11 finds nothing in a class that makes none",
      pod,
      world(claimOf({ spec: { storageClassName: "none" } })),
      refusal(noVolume),
    ],
    [
      "S50 makes no volume where the class's topologies do not allow the node",
      pod,
      world(claimOf({ spec: { storageClassName: "elsewhere" } })),
      refusal(noVolume),
    ],
    [
      "S43 says so while the node chosen for a claim is not this one",
      pod,
      world(claimOf({ spec: ofLater, metadata: gone })),
      refusal(noVolume),
    ],
    [
      "S29 S43 says that a claim's volume is on another node",
      pod,
      world(bound, { volumes: [volumeOf("a", { spec: onNode("gone") })] }),
      refusal("1 node(s) had volume node affinity conflict"),
    ],
    [
      "S12 says that a claim's volume is not there, before the claim is Lost",
      pod,
      world(bound),
      refusal("1 node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)"),
    ],
    [
      "S12 waits for a claim that names its volume to be bound at once",
      pod,
      world(claimOf({ spec: { ...ofLater, volumeName: "a" } })),
      refusal("pod has unbound immediate PersistentVolumeClaims"),
    ],
    [
      "S12 asks for nothing while the last write of a binding is missing",
      pod,
      world(
        claimOf({
          spec: { ...ofLater, volumeName: "a" },
          metadata: { annotations: { "pv.kubernetes.io/bind-completed": "yes" } },
        }),
        { volumes: [held] },
      ),
      { do: "wait" },
    ],
    [
      "S28 keeps a second pod from a claim of one pod",
      pod,
      world(claimOf({ spec: { accessModes: ["ReadWriteOncePod"], volumeName: "a" }, status: { phase: "Bound" } }), {
        volumes: [held],
        isUsedElsewhere: () => true,
      }),
      refusal("1 node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode"),
    ],
    [
      "S27 lets a second pod use a claim of one node",
      pod,
      world(bound, { volumes: [held], isUsedElsewhere: () => true }),
      { do: "bind", nodeName: "ordinal" },
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
          spec: { volumeName: "a" },
          status: { phase: "Bound" },
        }),
        { volumes: [held] },
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
      "follows required node affinity",
      podOf("web-0", {
        spec: {
          nodeName: "",
          affinity: {
            nodeAffinity: {
              requiredDuringSchedulingIgnoredDuringExecution: {
                nodeSelectorTerms: [{ matchExpressions: [{ key: "disk", operator: "NotIn", values: ["ssd"] }] }],
              },
            },
          },
        },
      }),
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
