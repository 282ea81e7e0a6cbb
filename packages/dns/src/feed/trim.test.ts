import { expect } from "chai";
import type { Service } from "@ordinal/api";
import { textOf } from "../records/fact.ts";
import { podFacts, serviceFacts, sliceFacts } from "../records/makers.ts";
import { clusterIP, endpoint, outside, pod, service, slice } from "../records/objects.fixture.ts";
import { trim } from "./trim.ts";

const nginx = service("nginx");
const full = slice(
  "nginx",
  [
    endpoint("10.244.0.5", { hostname: "web-0", nodeName: "ordinal", targetRef: { kind: "Pod", name: "web-0" } }),
    endpoint("10.244.0.6", { conditions: { ready: false } }),
    endpoint("10.244.0.7", { targetRef: { kind: "Pod", name: "web-2" } }),
    { addresses: ["10.244.0.8"] },
  ],
  { ports: [{ name: "web", port: 80, protocol: "TCP" }] },
);

describe("trim", () => {
  const services: readonly Service[] = [
    nginx,
    service("vip", { ...clusterIP("10.96.0.7", "fd00::7"), ports: [{ name: "web", port: 80 }] }),
    service("old", { clusterIP: "10.96.0.8" }),
    service("db", { type: "ExternalName", externalName: "db.example.com" }),
    service("out", { externalIPs: ["192.0.2.1"], ports: [{ port: 80 }] }),
    { ...service("lb"), status: { loadBalancer: { ingress: [{ hostname: "lb.example.com" }] } } },
  ];

  it("leaves what a slice says as it was", () => {
    for (const endpointPodNames of [false, true]) {
      const settings = { ...outside, endpointPodNames };
      const trimmed = trim("endpointslices", full, settings);
      expect(sliceFacts(nginx, trimmed, settings)).to.deep.equal(sliceFacts(nginx, full, settings));
      expect(trimmed.metadata.resourceVersion).to.equal(full.metadata.resourceVersion);
      expect(trimmed.metadata.labels).to.deep.equal(full.metadata.labels);
    }
  });

  for (const each of services) {
    it(`leaves what the service ${each.metadata.name} says as it was`, () => {
      const facts = serviceFacts(trim("services", each), outside).map(textOf);
      expect(facts).to.deep.equal(serviceFacts(each, outside).map(textOf));
    });
  }

  it("D20 leaves what a pod says as it was", () => {
    for (const each of [
      pod("web-0", ["10.244.0.5", "fd00::5"], { podIP: "10.244.0.5" }),
      { ...pod("web-1", []), status: { podIP: "10.244.0.6" } },
      pod("web-2", ["10.244.0.7"], { phase: "Failed" }),
      pod("web-3", []),
    ]) {
      expect(podFacts(trim("pods", each), outside)).to.deep.equal(podFacts(each, outside));
    }
  });

  it("drops what no name is made of", () => {
    const annotated = { ...full, metadata: { ...full.metadata, annotations: { a: "b" }, managedFields: [{}] } };
    const text = JSON.stringify(trim("endpointslices", annotated));
    for (const word of ["annotations", "managedFields", "targetRef", "nodeName"]) expect(text).not.to.contain(word);
    const heavy = {
      ...pod("web-0", []),
      spec: { containers: [{ name: "main", image: "nginx" }], nodeName: "ordinal" },
    };
    expect(JSON.stringify(trim("pods", heavy))).not.to.match(/nginx|ordinal/);
    expect(JSON.stringify(trim("services", service("web", { selector: { app: "web" } })))).not.to.contain("selector");
  });

  it("D51 keeps when the change began that a slice shows", () => {
    const annotations = { "endpoints.kubernetes.io/last-change-trigger-time": "2026-01-01T00:00:00Z" };
    const { metadata } = trim("endpointslices", { ...full, metadata: { ...full.metadata, annotations } });
    expect(metadata.annotations).to.deep.equal(annotations);
  });
});
