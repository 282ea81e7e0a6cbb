import { expect } from "chai";
import { areContainersReady, isPodFinished, isPodReady, isTerminating, podCondition } from "./pods.ts";
import type { Pod, PodStatus } from "./types.ts";

function podWith(status: PodStatus): Pod {
  const metadata = { name: "web-0", uid: "u", resourceVersion: "1", creationTimestamp: "2026-01-01T00:00:00Z" };
  return { apiVersion: "v1", kind: "Pod", metadata, spec: { containers: [] }, status };
}

describe("pods", () => {
  it("are ready when their conditions say so, and only True counts", () => {
    const conditions = [
      { type: "Ready", status: "True" },
      { type: "ContainersReady", status: "Unknown" },
    ];
    expect(isPodReady(podWith({ conditions }))).to.equal(true);
    expect(areContainersReady(podWith({ conditions }))).to.equal(false);
    expect(isPodReady(podWith({}))).to.equal(false);
    expect(podCondition(podWith({ conditions }), "Ready")).to.equal(conditions[0]);
  });

  it("have finished in phase Succeeded or Failed", () => {
    const phases = ["Pending", "Running", "Succeeded", "Failed", "Unknown"];
    expect(phases.filter((phase) => isPodFinished(podWith({ phase })))).to.deep.equal(["Succeeded", "Failed"]);
  });

  it("terminate from the moment they have a deletion timestamp", () => {
    expect(isTerminating({ metadata: { deletionTimestamp: "2026-01-01T00:00:00Z" } })).to.equal(true);
    expect(isTerminating({ metadata: {} })).to.equal(false);
  });
});
