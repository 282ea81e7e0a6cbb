import { expect } from "chai";
import { endpointsOf } from "./endpoint-of.ts";
import { podOf, serviceOf } from "./pods.fixture.ts";

const conditionsOf = (...args: Parameters<typeof endpointsOf>) => endpointsOf(...args)[0]?.endpoint.conditions;

describe("endpointsOf", () => {
  it("V3 carries address, host name, node and the pod it is for", () => {
    expect(endpointsOf(serviceOf(), [podOf("web-0")])[0]).to.deep.equal({
      addressType: "IPv4",
      ports: [{ name: "web", port: 80, protocol: "TCP" }],
      endpoint: {
        addresses: ["10.244.0.2"],
        conditions: { ready: true, serving: true, terminating: false },
        hostname: "web-0",
        nodeName: "ordinal",
        targetRef: { kind: "Pod", namespace: "default", name: "web-0", uid: "uid-web-0" },
      },
    });
  });

  it("is ready as soon as the containers are, before the pod's own Ready condition", () => {
    expect(conditionsOf(serviceOf(), [podOf("web-0")])?.ready).to.equal(true);
  });

  it("D9 is not ready while a container is not", () => {
    expect(conditionsOf(serviceOf(), [podOf("web-0", { ready: false })])).to.deep.equal({
      ready: false,
      serving: false,
      terminating: false,
    });
  });

  it("D10 is not ready, but serving, while it terminates", () => {
    const pod = podOf("web-0", { metadata: { deletionTimestamp: "2026-01-01T00:00:00Z" } });
    expect(conditionsOf(serviceOf(), [pod])).to.deep.equal({ ready: false, serving: true, terminating: true });
  });

  it("D8 is ready whatever happens under publishNotReadyAddresses", () => {
    const service = serviceOf({ publishNotReadyAddresses: true });
    expect(conditionsOf(service, [podOf("web-0", { ready: false })])?.ready).to.equal(true);
  });

  it("waits for readiness gates", () => {
    const gated = podOf("web-0", { spec: { readinessGates: [{ conditionType: "example.com/ok" }] } });
    expect(conditionsOf(serviceOf(), [gated])?.ready).to.equal(false);
  });

  it("has no host name under a service that does not govern the pod", () => {
    const other = { ...serviceOf(), metadata: { ...serviceOf().metadata, name: "other" } };
    expect(endpointsOf(other, [podOf("web-0")])[0]?.endpoint).not.to.have.property("hostname");
  });

  it("leaves out pods without an address and pods that have ended", () => {
    const without = podOf("web-0", { status: { podIP: "" } });
    const ended = podOf("web-1", { status: { phase: "Succeeded", podIP: "10.244.0.3" } });
    expect(endpointsOf(serviceOf(), [without, ended])).to.deep.equal([]);
  });

  it("V6 looks a named target port up in each pod, and leaves it out where there is none", () => {
    const service = serviceOf({ ports: [{ name: "http", port: 80, targetPort: "web" }] });
    const other = podOf("web-1", {
      spec: { containers: [{ name: "web", ports: [{ name: "web", containerPort: 8080 }] }] },
    });
    const none = podOf("web-2", { spec: { containers: [{ name: "web" }] } });
    const ports = endpointsOf(service, [podOf("web-0"), other, none]).map((each) => each.ports.map(({ port }) => port));
    expect(ports).to.deep.equal([[80], [8080], []]);
  });

  it("makes one endpoint for each family that the service wants and the pod has", () => {
    const dual = podOf("web-0", { status: { podIP: "10.244.0.2", podIPs: [{ ip: "10.244.0.2" }, { ip: "fd00::2" }] } });
    const types = endpointsOf(serviceOf({ ipFamilies: ["IPv6", "IPv4"] }), [dual]).map(
      ({ addressType }) => addressType,
    );
    expect(types).to.deep.equal(["IPv6", "IPv4"]);
  });
});
