import type { Endpoints } from "@ordinal/api";
import { expect } from "chai";
import { endpointsOf } from "./endpoint-of.ts";
import { planEndpoints } from "./plan-endpoints.ts";
import { podOf, serviceOf } from "./pods.fixture.ts";

const service = serviceOf();
const plan = (...pods: Parameters<typeof endpointsOf>[1]) =>
  planEndpoints(service, { wanted: endpointsOf(service, pods), current: undefined })?.endpoints;

describe("planEndpoints", () => {
  it("V4 lists ready and not ready addresses with host names and ports", () => {
    const subset = plan(podOf("web-1", { ready: false }), podOf("web-0"))?.subsets?.[0];
    expect(subset?.addresses?.map(({ ip, hostname }) => [ip, hostname])).to.deep.equal([["10.244.0.2", "web-0"]]);
    expect(subset?.notReadyAddresses?.map(({ ip }) => ip)).to.deep.equal(["10.244.0.3"]);
    expect(subset?.ports).to.deep.equal([{ name: "web", port: 80, protocol: "TCP" }]);
  });

  it("leaves terminating pods out", () => {
    expect(plan(podOf("web-0", { metadata: { deletionTimestamp: "2026-01-01T00:00:00Z" } }))?.subsets).to.deep.equal(
      [],
    );
  });

  it("does nothing when nothing has changed", () => {
    const wanted = endpointsOf(service, [podOf("web-0")]);
    const current = plan(podOf("web-0")) as Endpoints;
    expect(planEndpoints(service, { wanted, current })).to.equal(undefined);
  });
});
