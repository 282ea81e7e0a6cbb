import { expect } from "chai";
import { controllerReference } from "./owner.ts";
import {
  areContainersReady,
  claimNamesOf,
  foreignClaimProblem,
  isPodFinished,
  isPodReady,
  isTerminating,
  podCondition,
} from "./pods.ts";
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

  it("S45 need the claims that they name, and those made for their ephemeral volumes", () => {
    const volumes = [
      { name: "data", persistentVolumeClaim: { claimName: "mine" } },
      { name: "config", configMap: { name: "settings" } },
      { name: "scratch", ephemeral: { volumeClaimTemplate: { spec: {} } } },
    ];
    const pod = podWith({});
    expect(claimNamesOf({ ...pod, spec: { ...pod.spec, volumes } })).to.deep.equal(["mine", "web-0-scratch"]);
    expect(claimNamesOf(pod)).to.deep.equal([]);
  });

  it("S45 refuse a claim that was not made for them", () => {
    const pod = podWith({});
    const metadata = { ...pod.metadata, namespace: "default", name: "web-0-scratch" };
    const claim = { apiVersion: "v1", kind: "PersistentVolumeClaim", metadata, spec: {} };
    const here = { ...pod, metadata: { ...pod.metadata, namespace: "default" } };
    expect(foreignClaimProblem(here, claim)).to.equal(
      "PVC default/web-0-scratch was not created for pod default/web-0 (pod is not owner)",
    );
    const owned = { ...claim, metadata: { ...metadata, ownerReferences: [controllerReference(here)] } };
    expect(foreignClaimProblem(here, owned)).to.equal(undefined);
  });
});
