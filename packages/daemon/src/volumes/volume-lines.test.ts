import { expect } from "chai";
import { byFullness, fullness } from "./fullness.ts";
import { parseVolumeFigures } from "./volume-figures.ts";
import { describeVolumes } from "./volume-lines.ts";
import { claimOf, volumeOf } from "./volumes.fixture.ts";

describe("volumes as lines", () => {
  it("has every claim with its volume, then the volumes that no claim has", () => {
    const bound = claimOf("b", {
      spec: { storageClassName: "local-path", volumeName: "pv-b", resources: { requests: { storage: "1Gi" } } },
      status: { phase: "Bound", capacity: { storage: "2Gi" } },
    });
    const image = volumeOf("pv-image", "gone", {
      csi: { driver: "local-image.ordinal.internal", volumeHandle: "x", volumeAttributes: { path: "/volumes/image" } },
    });
    const lines = describeVolumes({
      claims: [bound, claimOf("a")],
      volumes: [image, volumeOf("pv-b", "b")],
      figures: new Map([["default/b", { usedBytes: 5 }]]),
    });
    expect(lines).to.deep.equal([
      {
        namespace: "default",
        claim: "a",
        phase: "Pending",
        class: "local-path",
        claimed: "1Gi",
        claimedBytes: 2 ** 30,
      },
      {
        namespace: "default",
        claim: "b",
        phase: "Bound",
        class: "local-path",
        volume: "pv-b",
        reclaimPolicy: "Retain",
        path: "/volumes/pv-b",
        usedBytes: 5,
        claimed: "2Gi",
        claimedBytes: 2 ** 31,
      },
      {
        namespace: "default",
        claim: "gone",
        phase: "Released",
        class: "local-path",
        volume: "pv-image",
        reclaimPolicy: "Retain",
        path: "/volumes/image",
        claimed: "1Gi",
        claimedBytes: 2 ** 30,
      },
    ]);
  });

  it("reads the figures of claims out of the metrics, whatever order labels have", () => {
    const metrics = [
      "# TYPE kubelet_volume_stats_used_bytes gauge",
      'kubelet_volume_stats_used_bytes{namespace="default",persistentvolumeclaim="a"} 4096',
      'kubelet_volume_stats_inodes_used{persistentvolumeclaim="a",namespace="default"} 3',
      'kubelet_volume_stats_used_bytes{namespace="other",persistentvolumeclaim="a"} 1e9',
      'kubelet_volume_stats_capacity_bytes{namespace="other",persistentvolumeclaim="b"} 7',
      'kubelet_volume_stats_used_bytes{namespace="other",persistentvolumeclaim="c"} NaN',
    ].join("\n");
    expect([...parseVolumeFigures(metrics)]).to.deep.equal([
      ["default/a", { usedBytes: 4096, inodesUsed: 3 }],
      ["other/a", { usedBytes: 1e9 }],
    ]);
  });

  it("sorts by fullness, and what is not known comes last", () => {
    const [half, full, unknown] = [
      { phase: "Bound", usedBytes: 5, claimedBytes: 10 },
      { phase: "Bound", usedBytes: 12, claimedBytes: 10 },
      { phase: "Bound", claimedBytes: 10 },
    ] as const;
    expect(byFullness([unknown, half, full])).to.deep.equal([full, half, unknown]);
    expect([half, full, unknown].map(fullness)).to.deep.equal([50, 120, undefined]);
  });
});
