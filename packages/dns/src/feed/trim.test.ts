import { expect } from "chai";
import { textOf } from "../records/fact.ts";
import { serviceFacts, sliceFacts } from "../records/makers.ts";
import { endpoint, service, slice } from "../records/objects.fixture.ts";
import { trim } from "./trim.ts";

describe("trim", () => {
  const full = slice("nginx", [
    endpoint("10.244.0.5", { hostname: "web-0", nodeName: "ordinal", targetRef: { kind: "Pod", name: "web-0" } }),
    endpoint("10.244.0.6", { conditions: { ready: false } }),
    { addresses: ["10.244.0.7"] },
  ]);

  it("leaves what an object says as it was", () => {
    const [nginx, vip] = [service("nginx"), service("vip", { clusterIP: "10.96.0.7", clusterIPs: ["10.96.0.7"] })];
    const trimmed = trim("endpointslices", full);
    expect(sliceFacts(nginx, trimmed).map(textOf)).to.deep.equal(sliceFacts(nginx, full).map(textOf));
    expect(serviceFacts(trim("services", vip))).to.deep.equal(serviceFacts(vip));
    expect(trimmed.metadata.resourceVersion).to.equal(full.metadata.resourceVersion);
    expect(trimmed.metadata.labels).to.deep.equal(full.metadata.labels);
  });

  it("drops what no name is made of", () => {
    const annotated = { ...full, metadata: { ...full.metadata, annotations: { a: "b" }, managedFields: [{}] } };
    const text = JSON.stringify(trim("endpointslices", annotated));
    for (const word of ["annotations", "managedFields", "targetRef", "nodeName"]) expect(text).not.to.contain(word);
  });
});
