import type { PersistentVolume, PersistentVolumeClaim } from "@ordinal/api";
import { expect } from "chai";
import { planVolume, unbound } from "./plan-volume.ts";
import { claimOf, volumeOf } from "./volumes.fixture.ts";

const reference = { namespace: "default", name: "data", uid: "uid-data" };
const byUs = { annotations: { "pv.kubernetes.io/bound-by-controller": "yes" } };

const deleted = { persistentVolumeReclaimPolicy: "Delete" };
const retained = { persistentVolumeReclaimPolicy: "Retain" };
const byLocalPath = { annotations: { "pv.kubernetes.io/provisioned-by": "rancher.io/local-path" } };

describe("planVolume", () => {
  const cases: readonly (readonly [what: string, PersistentVolume, PersistentVolumeClaim | undefined, step: object])[] =
    [
      [
        "S18 makes a new volume Available",
        volumeOf("a", { status: {} }),
        undefined,
        { do: "setPhase", phase: "Available" },
      ],
      [
        "S17 makes a Released volume Available when its claimRef is cleared",
        volumeOf("a", { status: { phase: "Released" } }),
        undefined,
        { do: "setPhase", phase: "Available" },
      ],
      ["leaves an Available volume", volumeOf("a"), undefined, { do: "nothing" }],
      [
        "S8 keeps a volume reserved by name Available",
        volumeOf("a", { spec: { claimRef: { namespace: "default", name: "data" } } }),
        undefined,
        { do: "nothing" },
      ],
      [
        "S18 is Bound when the claim names it",
        volumeOf("a", { spec: { claimRef: reference } }),
        claimOf({ spec: { volumeName: "a" } }),
        { do: "setPhase", phase: "Bound" },
      ],
      [
        "S13 is Released when its claim is gone",
        volumeOf("a", { spec: { claimRef: reference }, status: { phase: "Bound" } }),
        undefined,
        { do: "setPhase", phase: "Released" },
      ],
      [
        "stays Failed when reclaiming has failed",
        volumeOf("a", { spec: { claimRef: reference }, status: { phase: "Failed" } }),
        undefined,
        { do: "nothing" },
      ],
      [
        "asks the claim to take it when it has not yet",
        volumeOf("a", { metadata: byUs, spec: { claimRef: reference } }),
        claimOf(),
        { do: "askClaim" },
      ],
      [
        "S14 stays Released under Retain",
        volumeOf("a", { spec: { ...retained, claimRef: reference }, status: { phase: "Released" } }),
        undefined,
        { do: "nothing" },
      ],
      [
        "S13 leaves a Released volume under Delete to who provisioned it",
        volumeOf("a", {
          metadata: byLocalPath,
          spec: { ...deleted, claimRef: reference },
          status: { phase: "Released" },
        }),
        undefined,
        { do: "nothing" },
      ],
      [
        "S25 fails under Delete when nobody is there to delete it",
        volumeOf("a", { spec: { ...deleted, claimRef: reference }, status: { phase: "Released" } }),
        undefined,
        {
          do: "setPhase",
          phase: "Failed",
          event: {
            type: "Warning",
            reason: "VolumeFailedDelete",
            message: 'error getting deleter volume plugin for volume "a": no deletable volume plugin matched',
          },
        },
      ],
      [
        "S18 says so once",
        volumeOf("a", { spec: { ...deleted, claimRef: reference }, status: { phase: "Failed" } }),
        undefined,
        { do: "nothing" },
      ],
      [
        "S13 is Released when it was provisioned for a claim that took another volume",
        volumeOf("a", { metadata: byLocalPath, spec: { ...deleted, claimRef: reference } }),
        claimOf({ spec: { volumeName: "b" } }),
        { do: "setPhase", phase: "Released" },
      ],
      [
        "is given back when the claim took another volume",
        volumeOf("a", { metadata: byUs, spec: { claimRef: reference } }),
        claimOf({ spec: { volumeName: "b" } }),
        { do: "unbind" },
      ],
    ];
  for (const [what, volume, claim, step] of cases) {
    it(what, () => expect(planVolume(volume, { claim, isHeld: false })).to.deep.equal(step));
  }

  it("does not let go of a volume that a bound claim holds, although its claimRef was cleared", () => {
    const volume = volumeOf("a", { status: { phase: "Bound" } });
    expect(planVolume(volume, { claim: undefined, isHeld: true })).to.deep.equal({ do: "nothing" });
  });

  it("S9 tells both when a reserved volume is of another mode than its claim", () => {
    const volume = volumeOf("a", { spec: { claimRef: reference, volumeMode: "Block" } });
    const step = planVolume(volume, { claim: claimOf(), isHeld: false });
    expect(step).to.have.nested.property("events.volume.reason", "VolumeMismatch");
    expect(step).to.have.nested.property("events.claim.reason", "VolumeMismatch");
  });
});

describe("unbound", () => {
  it("S8 leaves a volume reserved by name that its maker reserved, and frees one that the controller did", () => {
    const { namespace, name } = reference;
    expect(unbound(volumeOf("a", { spec: { claimRef: reference } })).spec.claimRef).to.deep.equal({ namespace, name });
    const freed = unbound(volumeOf("a", { metadata: byUs, spec: { claimRef: reference } }));
    expect(freed.spec).not.to.have.property("claimRef");
    expect(freed.metadata.annotations).to.deep.equal({});
  });
});
