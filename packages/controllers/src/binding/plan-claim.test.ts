import type { PersistentVolume, PersistentVolumeClaim } from "@ordinal/api";
import { expect } from "chai";
import { planClaim, type ClaimStep, type ClaimWorld } from "./plan-claim.ts";
import { createVolumeIndex } from "./volume-index.ts";
import { claimOf, classOfVolumes, toldInformer, volumeOf } from "./volumes.fixture.ts";

const classes = [
  classOfVolumes("now"),
  classOfVolumes("later", { volumeBindingMode: "WaitForFirstConsumer" }),
  classOfVolumes("none", { provisioner: "kubernetes.io/no-provisioner" }),
  classOfVolumes("none-later", {
    provisioner: "kubernetes.io/no-provisioner",
    volumeBindingMode: "WaitForFirstConsumer",
  }),
];

function world(volumes: readonly PersistentVolume[] = [], more: Partial<ClaimWorld> = {}): ClaimWorld {
  const index = createVolumeIndex(toldInformer(volumes).informer);
  return {
    volume: (name) => index.get(name),
    reservedFor: (claim) => index.reservedFor(claim),
    findAvailable: (claim) => index.find(claim, { prefer: "fewestModes" }),
    storageClass: (name) => classes.find((each) => each.metadata.name === name),
    defaultClass: () => undefined,
    waitingPods: () => [],
    hasNode: (name) => name === "ordinal",
    ...more,
  };
}

const say = (step: ClaimStep): string => {
  if (step.do === "bind") return `bind ${step.volume.metadata.name}`;
  if (step.do === "provision") return `provision by ${step.provisioner}`;
  if (step.do === "assignClass") return `assignClass ${step.className}`;
  if (!("event" in step) || step.event === undefined) return step.do;
  const { reason, message } = step.event;
  return `${step.do} ${reason === "WaitForPodScheduled" ? `${reason}: ${message}` : reason}`;
};

const completed = { annotations: { "pv.kubernetes.io/bind-completed": "yes" } };
/** A claim that says nothing of its class. */
function unset(): PersistentVolumeClaim {
  const { storageClassName: _dropped, ...spec } = claimOf().spec;
  return { ...claimOf(), spec };
}
const mine = { namespace: "default", name: "data", uid: "uid-data" };
const ofLater = { storageClassName: "later" };
const chosen = { annotations: { "volume.kubernetes.io/selected-node": "ordinal" } };

describe("planClaim", () => {
  const cases: readonly (readonly [what: string, ...args: Parameters<typeof planClaim>, said: string])[] = [
    ["S2 binds to a volume that fits", claimOf(), world([volumeOf("a")]), "bind a"],
    [
      "S10 asks the provisioner where there is none",
      claimOf({ spec: { storageClassName: "now" } }),
      world(),
      "provision by rancher.io/local-path",
    ],
    ["S11 waits for a pod", claimOf({ spec: ofLater }), world(), "wait WaitForFirstConsumer"],
    [
      "S11 does not take a free volume before there is a pod",
      claimOf({ spec: ofLater }),
      world([volumeOf("a", { spec: ofLater })]),
      "wait WaitForFirstConsumer",
    ],
    [
      "S11 leaves a free volume to the scheduler also once a node is chosen, which means: provision",
      claimOf({ spec: ofLater, metadata: chosen }),
      world([volumeOf("a", { spec: ofLater })]),
      "provision by rancher.io/local-path",
    ],
    [
      "S11 takes the volume that the scheduler has reserved for it",
      claimOf({ spec: ofLater }),
      world([volumeOf("a", { spec: { ...ofLater, claimRef: mine } })]),
      "bind a",
    ],
    [
      "S11 says for which pods it waits",
      claimOf({ spec: ofLater }),
      world([], { waitingPods: () => ["web-0"] }),
      "wait WaitForPodScheduled: waiting for pod web-0 to be scheduled",
    ],
    [
      "S11 says for which pods it waits, if they are several",
      claimOf({ spec: ofLater }),
      world([], { waitingPods: () => ["web-0", "web-1"] }),
      "wait WaitForPodScheduled: waiting for pods web-0,web-1 to be scheduled",
    ],
    [
      "S11 waits for a pod for volumes of a class that makes none",
      claimOf({ spec: { storageClassName: "none-later" } }),
      world([volumeOf("a", { spec: { storageClassName: "none-later" } })]),
      "wait WaitForFirstConsumer",
    ],
    [
      "S43 has the node chosen again when it is gone",
      claimOf({ spec: ofLater, metadata: chosen }),
      world([], { hasNode: () => false }),
      "unselectNode",
    ],
    [
      "S3 S4 takes a volume without a class first when it says nothing of its class",
      unset(),
      world([volumeOf("plain", { spec: { storageClassName: "" } })], { defaultClass: () => classOfVolumes("now") }),
      "bind plain",
    ],
    [
      "S4 is given the default class that has appeared since",
      unset(),
      world([], { defaultClass: () => classOfVolumes("now") }),
      "assignClass now",
    ],
    ["S4 waits while there is no default class", unset(), world(), "wait FailedBinding"],
    [
      'S3 S4 is never given a class when it says "", which means none',
      claimOf({ spec: { storageClassName: "" } }),
      world([], { defaultClass: () => classOfVolumes("now") }),
      "wait FailedBinding",
    ],
    [
      "S7 asks the provisioner also with a selector; whether it can is for the provisioner to say",
      claimOf({ spec: { storageClassName: "now", selector: { matchLabels: { disk: "ssd" } } } }),
      world([volumeOf("a", { spec: { storageClassName: "now" } })]),
      "provision by rancher.io/local-path",
    ],
    [
      "S11 asks the provisioner once a node is chosen",
      claimOf({ spec: ofLater, metadata: chosen }),
      world(),
      "provision by rancher.io/local-path",
    ],
    [
      "says that the class is not there",
      claimOf({ spec: { storageClassName: "gone" } }),
      world(),
      "wait ProvisioningFailed",
    ],
    [
      "S3 says that nothing fits a claim without a class",
      claimOf({ spec: { storageClassName: "" } }),
      world(),
      "wait FailedBinding",
    ],
    [
      "waits for volumes of a class that makes none",
      claimOf({ spec: { storageClassName: "none" } }),
      world(),
      "wait ProvisioningFailed",
    ],
    [
      "S8 binds to the volume it names",
      claimOf({ spec: { volumeName: "b" } }),
      world([volumeOf("a"), volumeOf("b")]),
      "bind b",
    ],
    [
      "S8 binds to the volume it names that is reserved for it, whatever its size",
      claimOf({ spec: { volumeName: "a" } }),
      world([volumeOf("a", { spec: { capacity: { storage: "1Mi" }, claimRef: mine } })]),
      "bind a",
    ],
    [
      "S8 does not bind to the volume it names that is reserved for an earlier claim of its name",
      claimOf({ spec: { volumeName: "a" } }),
      world([volumeOf("a", { spec: { claimRef: { ...mine, uid: "earlier" } } })]),
      "wait FailedBinding",
    ],
    [
      "S9 says that the volume it names is of another mode",
      claimOf({ spec: { volumeName: "a", volumeMode: "Block" } }),
      world([volumeOf("a")]),
      "wait VolumeMismatch",
    ],
    ["S8 waits for the volume it names", claimOf({ spec: { volumeName: "b" } }), world([volumeOf("a")]), "wait"],
    [
      "S8 says that the volume it names is another's",
      claimOf({ spec: { volumeName: "a" } }),
      world([volumeOf("a", { spec: { claimRef: { namespace: "x", name: "y" } } })]),
      "wait FailedBinding",
    ],
    [
      "S8 says that the volume it names is too small",
      claimOf({ spec: { volumeName: "a" } }),
      world([volumeOf("a", { spec: { capacity: { storage: "1Mi" } } })]),
      "wait VolumeMismatch",
    ],
    [
      "finishes a binding that was interrupted",
      claimOf({ metadata: completed, spec: { volumeName: "a" } }),
      world([volumeOf("a")]),
      "bind a",
    ],
    [
      "S19 is lost when its volume is gone",
      claimOf({ metadata: completed, spec: { volumeName: "a" } }),
      world(),
      "lose ClaimLost",
    ],
    [
      "S19 is lost when its volume is another's",
      claimOf({ metadata: completed, spec: { volumeName: "a" } }),
      world([volumeOf("a", { spec: { claimRef: { namespace: "x", name: "y" } } })]),
      "lose ClaimMisbound",
    ],
    [
      "does nothing for a claim on its way out",
      claimOf({ metadata: { deletionTimestamp: "2026-01-01T00:00:00Z" } }),
      world([volumeOf("a")]),
      "nothing",
    ],
  ];
  for (const [what, claim, around, said] of cases) {
    it(what, () => expect(say(planClaim(claim, around))).to.equal(said));
  }
});
