import type { Pod } from "@ordinal/api";
import { expect } from "chai";
import { claimOf } from "../binding/volumes.fixture.ts";
import { podOf } from "../endpoints/pods.fixture.ts";
import { podUsesClaim } from "./pod-uses-claim.ts";

const template = { spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } } };
const named = { volumes: [{ name: "data", persistentVolumeClaim: { claimName: "data" } }] };
const ephemeral = { volumes: [{ name: "scratch", ephemeral: { volumeClaimTemplate: template } }] };
const scratchOf = ({ metadata: { name, uid } }: Pod) =>
  claimOf({
    metadata: {
      name: `${name}-scratch`,
      ownerReferences: [{ apiVersion: "v1", kind: "Pod", name, uid, controller: true }],
    },
  });
const podWithScratch = podOf("web-0", { spec: ephemeral });
const shutDown = { deletionTimestamp: "2026-01-01T00:00:00Z", deletionGracePeriodSeconds: 0 };

describe("podUsesClaim", () => {
  const cases: readonly (readonly [what: string, ...args: Parameters<typeof podUsesClaim>, uses: boolean])[] = [
    ["S20 a pod on a node uses the claims it names", podOf("web-0", { spec: named }), claimOf(), true],
    ["S20 a pod of no claim uses none", podOf("web-0"), claimOf(), false],
    [
      "S20 a pod that waits for a node uses none yet",
      podOf("web-0", { spec: { ...named, nodeName: "" } }),
      claimOf(),
      false,
    ],
    [
      "S20 a pod that has ended still uses its claims until it is deleted, as upstream",
      podOf("web-0", { spec: named, status: { phase: "Succeeded" } }),
      claimOf(),
      true,
    ],
    ["S20 a pod uses the claim made for its ephemeral volume", podWithScratch, scratchOf(podWithScratch), true],
    [
      "S20 a claim that only has the name of an ephemeral volume's is not used",
      podWithScratch,
      claimOf({ metadata: { name: "web-0-scratch" } }),
      false,
    ],
    [
      "S20 a pod that is shut down lets go of its ephemeral volume's claim",
      podOf("web-0", { spec: ephemeral, metadata: shutDown }),
      scratchOf(podWithScratch),
      false,
    ],
  ];
  for (const [what, pod, claim, uses] of cases) {
    it(what, () => expect(podUsesClaim(pod, claim)).to.equal(uses));
  }
});
