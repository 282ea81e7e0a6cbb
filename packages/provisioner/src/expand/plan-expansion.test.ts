import type { PersistentVolume, PersistentVolumeClaim, ResizeStatus } from "@ordinal/api";
import { expect } from "chai";
import { planExpansion } from "./plan-expansion.ts";

interface World {
  /** What the claim asks for, and what it has. */
  readonly asks: string;
  readonly has: string;
  readonly volume: string;
  readonly status?: ResizeStatus;
  readonly allocated?: string;
  readonly hasFailed?: boolean;
  readonly phase?: string;
  readonly claimRefUid?: string;
}

function plan(world: World): string {
  const { status, allocated, hasFailed = false, phase = "Bound", claimRefUid = "c" } = world;
  const meta = { resourceVersion: "1", creationTimestamp: "" };
  const claim: PersistentVolumeClaim = {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { ...meta, name: "data", namespace: "default", uid: "c" },
    spec: { volumeName: "v", resources: { requests: { storage: world.asks } } },
    status: {
      phase,
      capacity: { storage: world.has },
      ...(allocated === undefined ? {} : { allocatedResources: { storage: allocated } }),
      ...(status === undefined ? {} : { allocatedResourceStatuses: { storage: status } }),
    },
  };
  const volume: PersistentVolume = {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { ...meta, name: "v", uid: "v" },
    spec: { capacity: { storage: world.volume }, claimRef: { uid: claimRefUid } },
  };
  const made = planExpansion(claim, { volume, hasFailed });
  return made.do === "nothing" ? "nothing" : `${made.size}${made.isNew ? " anew" : ""}`;
}

describe("planExpansion", () => {
  const cases: readonly (readonly [what: string, world: World, expected: string])[] = [
    ["rests when the claim has what it asks for", { asks: "1Gi", has: "1Gi", volume: "1Gi" }, "nothing"],
    ["rests when it has it in other words", { asks: "1024Mi", has: "1Gi", volume: "1Gi" }, "nothing"],
    ["grows to what is asked for", { asks: "2Gi", has: "1Gi", volume: "1Gi" }, "2Gi anew"],
    ["leaves unbound claims alone", { asks: "2Gi", has: "1Gi", volume: "1Gi", phase: "Lost" }, "nothing"],
    ["leaves the volumes of others alone", { asks: "2Gi", has: "1Gi", volume: "1Gi", claimRefUid: "x" }, "nothing"],
    [
      "goes on after an interruption with the size it began with",
      { asks: "3Gi", has: "1Gi", volume: "1Gi", status: "ControllerResizeInProgress", allocated: "2Gi" },
      "2Gi",
    ],
    [
      "takes a smaller request after a failure",
      {
        asks: "2Gi",
        has: "1Gi",
        volume: "1Gi",
        status: "ControllerResizeInProgress",
        allocated: "9Gi",
        hasFailed: true,
      },
      "2Gi anew",
    ],
    [
      "writes down what it has done when the claim does not know",
      { asks: "2Gi", has: "1Gi", volume: "2Gi", status: "ControllerResizeInProgress", allocated: "2Gi" },
      "2Gi",
    ],
    [
      "waits for the node",
      { asks: "2Gi", has: "1Gi", volume: "2Gi", status: "NodeResizePending", allocated: "2Gi" },
      "nothing",
    ],
    [
      "waits for the node before there is more",
      { asks: "3Gi", has: "1Gi", volume: "2Gi", status: "NodeResizeInProgress", allocated: "2Gi" },
      "nothing",
    ],
    ["does more when the node is done", { asks: "3Gi", has: "2Gi", volume: "2Gi", allocated: "2Gi" }, "3Gi anew"],
  ];
  for (const [what, world, expected] of cases) {
    it(`S26 ${what}`, () => expect(plan(world)).to.equal(expected));
  }
});
