import type { PersistentVolume, StorageClass } from "@ordinal/api";
import { expect } from "chai";
import { planClaim, type ClaimStep, type ClaimWorld } from "./plan-claim.ts";
import { claimOf, classOfVolumes, volumeOf } from "./volumes.fixture.ts";

function world(volumes: readonly PersistentVolume[] = [], classes: readonly StorageClass[] = []): ClaimWorld {
  return {
    volume: (name) => volumes.find((volume) => volume.metadata.name === name),
    volumesOfClass: (name) => volumes.filter((volume) => (volume.spec.storageClassName ?? "") === name),
    storageClass: (name) => classes.find((each) => each.metadata.name === name),
  };
}

const say = (step: ClaimStep): string => {
  if (step.do === "bind") return `bind ${step.volume.metadata.name}`;
  if (step.do === "provision") return `provision by ${step.provisioner}`;
  return "event" in step && step.event !== undefined ? `${step.do} ${step.event.reason}` : step.do;
};

const completed = { annotations: { "pv.kubernetes.io/bind-completed": "yes" } };
const later = classOfVolumes("later", { volumeBindingMode: "WaitForFirstConsumer" });
const ofLater = { storageClassName: "later" };
const chosen = { annotations: { "volume.kubernetes.io/selected-node": "ordinal" } };

describe("planClaim", () => {
  const cases: readonly (readonly [what: string, ...args: Parameters<typeof planClaim>, said: string])[] = [
    ["S2 binds to a volume that fits", claimOf(), world([volumeOf("a")]), "bind a"],
    [
      "S10 asks the provisioner where there is none",
      claimOf({ spec: { storageClassName: "now" } }),
      world([], [classOfVolumes("now")]),
      "provision by rancher.io/local-path",
    ],
    ["S11 waits for a pod", claimOf({ spec: ofLater }), world([], [later]), "wait WaitForFirstConsumer"],
    [
      "S11 does not take a free volume before there is a pod",
      claimOf({ spec: ofLater }),
      world([volumeOf("a", { spec: ofLater })], [later]),
      "wait WaitForFirstConsumer",
    ],
    [
      "S11 takes a free volume once a node is chosen",
      claimOf({ spec: ofLater, metadata: chosen }),
      world([volumeOf("a", { spec: ofLater })], [later]),
      "bind a",
    ],
    [
      "S11 asks the provisioner once a node is chosen",
      claimOf({ spec: ofLater, metadata: chosen }),
      world([], [later]),
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
      world([], [classOfVolumes("none", { provisioner: "kubernetes.io/no-provisioner" })]),
      "wait FailedBinding",
    ],
    [
      "S8 binds to the volume it names",
      claimOf({ spec: { volumeName: "b" } }),
      world([volumeOf("a"), volumeOf("b")]),
      "bind b",
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
