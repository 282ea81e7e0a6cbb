import { expect } from "chai";
import { planVolume } from "./plan-volume.ts";
import { claimOf, volumeOf } from "./volumes.fixture.ts";

const reference = { namespace: "default", name: "data", uid: "uid-data" };
const byUs = { annotations: { "pv.kubernetes.io/bound-by-controller": "yes" } };

describe("planVolume", () => {
  const cases: readonly (readonly [what: string, ...args: Parameters<typeof planVolume>, step: object])[] = [
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
      "S13 is Released when another claim has the name now",
      volumeOf("a", { spec: { claimRef: reference }, status: { phase: "Bound" } }),
      claimOf({ metadata: { uid: "new" } }),
      { do: "setPhase", phase: "Released" },
    ],
    [
      "stays Failed when reclaiming has failed",
      volumeOf("a", { spec: { claimRef: reference }, status: { phase: "Failed" } }),
      undefined,
      { do: "nothing" },
    ],
    [
      "waits while the claim is still being bound",
      volumeOf("a", { metadata: byUs, spec: { claimRef: reference } }),
      claimOf(),
      { do: "nothing" },
    ],
    [
      "is given back when the claim took another volume",
      volumeOf("a", { metadata: byUs, spec: { claimRef: reference } }),
      claimOf({ spec: { volumeName: "b" } }),
      { do: "unbind" },
    ],
  ];
  for (const [what, volume, claim, step] of cases) {
    it(what, () => expect(planVolume(volume, claim)).to.deep.equal(step));
  }
});
