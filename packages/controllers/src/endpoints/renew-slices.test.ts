import type { EndpointSlice, Pod } from "@ordinal/api";
import { expect } from "chai";
import { endpointsOf } from "./endpoint-of.ts";
import { planSlices, type SliceStep } from "./plan-slices.ts";
import { podOf, serviceOf } from "./pods.fixture.ts";
import { renewSlices } from "./renew-slices.ts";

const nowMs = Date.parse("2026-01-01T00:00:01Z");
const trigger = "endpoints.kubernetes.io/last-change-trigger-time";

/** Its containers are ready; whether it is Ready itself has been decided at this revision. */
function podAt(resourceVersion: number, reason: "NamesNotServed" | undefined): Pod {
  const ready = reason === undefined ? { status: "True" } : { status: "False", reason };
  return podOf("web-0", {
    metadata: { resourceVersion: String(resourceVersion) },
    status: {
      conditions: [
        { type: "ContainersReady", status: "True" },
        { type: "Ready", ...ready },
      ],
    },
  });
}

/** The slice that lists the pod as ready, written at this revision. */
function sliceAt(resourceVersion: number): EndpointSlice {
  const [step] = planSlices(serviceOf(), { wanted: endpointsOf(serviceOf(), [podAt(1, undefined)]), slices: [] });
  if (step?.do !== "create") throw new Error("expected one new slice");
  const metadata = { ...step.slice.metadata, name: "nginx-abc12", uid: "s", creationTimestamp: "" };
  return { ...step.slice, metadata: { ...metadata, resourceVersion: String(resourceVersion) } } as EndpointSlice;
}

function renewed(pod: Pod, slice: EndpointSlice, steps: readonly SliceStep[] = []): readonly SliceStep[] {
  return renewSlices(serviceOf(), { pods: [pod], slices: [slice], steps }, nowMs);
}

describe("D9 renewing slices", () => {
  it("writes a slice again for a pod that began to wait after it was written", () => {
    const [step, ...others] = renewed(podAt(8, "NamesNotServed"), sliceAt(5));
    expect(others).to.deep.equal([]);
    expect(step?.do === "update" && step.slice.metadata.annotations?.[trigger]).to.equal("2026-01-01T00:00:01.000Z");
    expect(step?.slice.endpoints).to.deep.equal(sliceAt(5).endpoints);
  });

  it("leaves a slice that is newer than the waiting", () => {
    expect(renewed(podAt(8, "NamesNotServed"), sliceAt(9))).to.deep.equal([]);
  });

  it("leaves it when nobody waits", () => expect(renewed(podAt(8, undefined), sliceAt(5))).to.deep.equal([]));

  it("leaves it when it is written anyhow", () => {
    const slice = sliceAt(5);
    expect(renewed(podAt(8, "NamesNotServed"), slice, [{ do: "update", slice }])).to.deep.equal([]);
  });

  it("leaves it for a service that publishes unready pods", () => {
    const always = serviceOf({ publishNotReadyAddresses: true });
    const world = { pods: [podAt(8, "NamesNotServed")], slices: [sliceAt(5)], steps: [] };
    expect(renewSlices(always, world, nowMs)).to.deep.equal([]);
  });
});
