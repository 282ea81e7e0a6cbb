import type { EndpointSlice, Service } from "@ordinal/api";
import { expect } from "chai";
import { textOf } from "./fact.ts";
import { namespaceFacts, serviceFacts, sliceFacts } from "./makers.ts";
import { endpoint, namespace, service, slice } from "./objects.fixture.ts";

const clusterIP = (address: string, ...more: readonly string[]): Service["spec"] => ({
  clusterIP: address,
  clusterIPs: [address, ...more],
});

describe("serviceFacts", () => {
  const cases: readonly (readonly [what: string, of: Service | undefined, expected: readonly string[]])[] = [
    ["D1 a service's cluster address", service("web", clusterIP("10.96.0.7")), ["web.default.svc A 10.96.0.7"]],
    ["no address of a headless service", service("web"), []],
    ["nothing while it has no address yet", service("web", { clusterIP: "", clusterIPs: [] }), []],
    [
      "the address of an object older than clusterIPs",
      { ...service("web"), spec: { clusterIP: "10.96.0.8" } },
      ["web.default.svc A 10.96.0.8"],
    ],
    [
      "D2 only its IPv4 address as A",
      service("web", clusterIP("fd00::7", "10.96.0.7")),
      ["web.default.svc A 10.96.0.7"],
    ],
    ["no address for ExternalName", service("web", { type: "ExternalName", externalName: "example.com" }), []],
    ["nothing of no service", undefined, []],
  ];
  for (const [what, of, expected] of cases) {
    it(what, () => expect(serviceFacts(of).map(textOf)).to.deep.equal(expected));
  }
});

describe("sliceFacts", () => {
  const web0 = endpoint("10.244.0.5", { hostname: "web-0" });
  const headless = service("nginx");
  const notReady = { ready: false, serving: false, terminating: false };
  const cases: readonly (readonly [
    what: string,
    service: Service | undefined,
    of: EndpointSlice,
    expected: readonly string[],
  ])[] = [
    [
      "D3 D4 the service's and the pod's own name of a ready endpoint",
      headless,
      slice("nginx", [web0]),
      ["nginx.default.svc A 10.244.0.5", "web-0.nginx.default.svc A 10.244.0.5"],
    ],
    [
      "D5 one name for endpoints that share a hostname",
      service("nginx", clusterIP("10.96.0.7")),
      slice("nginx", [web0, endpoint("10.244.0.6", { hostname: "web-0" })]),
      ["web-0.nginx.default.svc A 10.244.0.5", "web-0.nginx.default.svc A 10.244.0.6"],
    ],
    [
      "D6 the dashed address of an endpoint without hostname",
      headless,
      slice("nginx", [endpoint("10.244.0.5")]),
      ["nginx.default.svc A 10.244.0.5", "10-244-0-5.nginx.default.svc A 10.244.0.5"],
    ],
    [
      "D7 endpoint names under a service with an address",
      service("nginx", clusterIP("10.96.0.7")),
      slice("nginx", [web0]),
      ["web-0.nginx.default.svc A 10.244.0.5"],
    ],
    ["D9 nothing of an endpoint that is not ready", headless, slice("nginx", [{ ...web0, conditions: notReady }]), []],
    [
      "D10 nothing of a terminating endpoint that still serves",
      headless,
      slice("nginx", [{ ...web0, conditions: { ready: false, serving: true, terminating: true } }]),
      [],
    ],
    [
      "D8 what is published while not ready, and so is marked ready though it terminates",
      headless,
      slice("nginx", [{ ...web0, conditions: { ready: true, serving: false, terminating: true } }]),
      ["nginx.default.svc A 10.244.0.5", "web-0.nginx.default.svc A 10.244.0.5"],
    ],
    [
      "an endpoint that says nothing of its condition",
      headless,
      slice("nginx", [{ addresses: ["10.244.0.5"], hostname: "web-0" }]),
      ["nginx.default.svc A 10.244.0.5", "web-0.nginx.default.svc A 10.244.0.5"],
    ],
    ["nothing without a service", undefined, slice("nginx", [web0]), []],
    ["nothing for ExternalName", service("nginx", { type: "ExternalName" }), slice("nginx", [web0]), []],
    ["no A of an IPv6 slice", headless, { ...slice("nginx", [endpoint("fd00::5")]), addressType: "IPv6" }, []],
  ];
  for (const [what, owner, of, expected] of cases) {
    it(what, () => expect(sliceFacts(owner, of).map(textOf)).to.deep.equal(expected));
  }
});

describe("namespaceFacts", () => {
  it("D25 says that a namespace's name exists", () => {
    expect(namespaceFacts(namespace("team")).map(textOf)).to.deep.equal(["team.svc"]);
  });
});
