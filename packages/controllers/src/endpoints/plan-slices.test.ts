import type { EndpointSlice } from "@ordinal/api";
import { expect } from "chai";
import { endpointsOf } from "./endpoint-of.ts";
import { planSlices, type SliceStep } from "./plan-slices.ts";
import { podOf, serviceOf } from "./pods.fixture.ts";

const service = serviceOf();
const podsNamed = (count: number) => Array.from({ length: count }, (_, index) => podOf(`web-${index}`));
const wantedOf = (count: number) => endpointsOf(service, podsNamed(count));

/** The slices after the steps, as the API would hold them. */
function after(slices: readonly EndpointSlice[], steps: readonly SliceStep[]): readonly EndpointSlice[] {
  const kept = slices.flatMap((slice) => {
    const step = steps.find((each) => each.do !== "create" && each.slice.metadata.name === slice.metadata.name);
    if (step === undefined) return [slice];
    return step.do === "update" ? [step.slice] : [];
  });
  const made = steps.flatMap((step, index) =>
    step.do === "create"
      ? [
          {
            ...step.slice,
            metadata: { ...step.slice.metadata, name: `nginx-${slices.length + index}` },
          } as EndpointSlice,
        ]
      : [],
  );
  return [...kept, ...made];
}

const countsOf = (slices: readonly EndpointSlice[]) => slices.map((slice) => slice.endpoints?.length ?? 0);

describe("planSlices", () => {
  it("V3 makes slices of at most 100 endpoints", () => {
    const slices = after([], planSlices(service, { wanted: wantedOf(250), slices: [] }));
    expect(countsOf(slices)).to.deep.equal([100, 100, 50]);
    expect(slices[0]?.metadata.labels).to.include({
      "kubernetes.io/service-name": "nginx",
      "service.kubernetes.io/headless": "",
    });
    expect(slices[0]?.metadata.ownerReferences?.[0]).to.include({ kind: "Service", name: "nginx", controller: true });
  });

  it("does nothing when nothing has changed", () => {
    const slices = after([], planSlices(service, { wanted: wantedOf(3), slices: [] }));
    expect(planSlices(service, { wanted: wantedOf(3), slices })).to.deep.equal([]);
  });

  it("touches one slice for one pod's change among many", () => {
    const slices = after([], planSlices(service, { wanted: wantedOf(250), slices: [] }));
    const pods = podsNamed(250).with(150, podOf("web-150", { ready: false }));
    const steps = planSlices(service, { wanted: endpointsOf(service, pods), slices });
    expect(steps.map((step) => step.do)).to.deep.equal(["update"]);
  });

  it("fills a slice with room before it makes another", () => {
    const slices = after([], planSlices(service, { wanted: wantedOf(150), slices: [] }));
    expect(countsOf(after(slices, planSlices(service, { wanted: wantedOf(170), slices })))).to.deep.equal([100, 70]);
  });

  it("removes a slice whose last endpoint is gone", () => {
    const slices = after([], planSlices(service, { wanted: wantedOf(1), slices: [] }));
    expect(planSlices(service, { wanted: [], slices }).map((step) => step.do)).to.deep.equal(["delete"]);
  });

  it("keeps endpoints with other ports apart", () => {
    const named = serviceOf({ ports: [{ name: "http", port: 80, targetPort: "web" }] });
    const other = podOf("web-1", {
      spec: { containers: [{ name: "web", ports: [{ name: "web", containerPort: 8080 }] }] },
    });
    const steps = planSlices(named, { wanted: endpointsOf(named, [podOf("web-0"), other]), slices: [] });
    expect(steps.map((step) => step.slice.ports?.[0]?.port)).to.deep.equal([80, 8080]);
  });
});
