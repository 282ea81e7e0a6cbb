import type { Endpoint, EndpointSlice, Service } from "@ordinal/api";
import { expect } from "chai";
import { nameOf } from "./plan.ts";
import { serviceForwards } from "./service-forwards.ts";

const metadata = {
  name: "web",
  namespace: "default",
  uid: "u",
  resourceVersion: "1",
  creationTimestamp: "2026-01-01T00:00:00Z",
};
const web = { name: "web", port: 80, protocol: "TCP" };
const dns = { name: "dns", port: 53, protocol: "UDP" };

function service(spec: Service["spec"]): Service {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata,
    spec: { clusterIP: "10.96.0.7", clusterIPs: ["10.96.0.7"], ...spec },
  };
}

function slice(endpoints: readonly Endpoint[], rest: Partial<EndpointSlice> = {}): EndpointSlice {
  const ports = [{ name: "web", port: 8080, protocol: "TCP" }];
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata,
    addressType: "IPv4",
    endpoints,
    ports,
    ...rest,
  };
}

const at = (address: string, ready = true, rest: Endpoint["conditions"] = {}): Endpoint => ({
  addresses: [address],
  conditions: { ready, serving: ready, terminating: false, ...rest },
});

describe("serviceForwards", () => {
  const ending = { serving: true, terminating: true };
  const cases: readonly (readonly [
    what: string,
    of: Service | undefined,
    slices: readonly EndpointSlice[],
    expected: readonly string[],
  ])[] = [
    [
      "V7 leads to ready endpoints at the slice's port",
      service({ ports: [web] }),
      [slice([at("10.1.0.1"), at("10.1.0.2", false)])],
      ["TCP 10.96.0.7:80 to 10.1.0.1:8080"],
    ],
    [
      "V7 gathers several slices, each endpoint once",
      service({ ports: [web] }),
      [slice([at("10.1.0.1")]), slice([at("10.1.0.1"), at("10.1.0.2")])],
      ["TCP 10.96.0.7:80 to 10.1.0.1:8080,10.1.0.2:8080"],
    ],
    [
      "V6 takes each slice's own port for a named one",
      service({ ports: [web] }),
      [slice([at("10.1.0.1")]), slice([at("10.1.0.2")], { ports: [{ name: "web", port: 9090 }] })],
      ["TCP 10.96.0.7:80 to 10.1.0.1:8080,10.1.0.2:9090"],
    ],
    [
      "V12 keeps ports apart by name and protocol",
      service({ ports: [web, dns] }),
      [slice([at("10.1.0.1")], { ports: [web, { ...dns, port: 5353 }] })],
      ["TCP 10.96.0.7:80 to 10.1.0.1:80", "UDP 10.96.0.7:53 to 10.1.0.1:5353"],
    ],
    [
      "pairs ports without a name",
      service({ ports: [{ port: 80 }] }),
      [slice([at("10.1.0.1")], { ports: [{ name: "", port: 8080 }] })],
      ["TCP 10.96.0.7:80 to 10.1.0.1:8080"],
    ],
    ["listens with nobody behind it", service({ ports: [web] }), [], ["TCP 10.96.0.7:80 to nobody"]],
    [
      "falls back on endpoints that are ending and still serve",
      service({ ports: [web] }),
      [slice([at("10.1.0.1", false, ending), at("10.1.0.2", false)])],
      ["TCP 10.96.0.7:80 to 10.1.0.1:8080"],
    ],
    [
      "prefers ready endpoints to those",
      service({ ports: [web] }),
      [slice([at("10.1.0.1", false, ending), at("10.1.0.2")])],
      ["TCP 10.96.0.7:80 to 10.1.0.2:8080"],
    ],
    [
      "V2 wants nothing for a headless service",
      service({ clusterIP: "None", clusterIPs: ["None"], ports: [web] }),
      [slice([at("10.1.0.1")])],
      [],
    ],
    ["V13 wants nothing for ExternalName", service({ type: "ExternalName", ports: [web] }), [], []],
    ["wants nothing without a service", undefined, [slice([at("10.1.0.1")])], []],
    ["leaves out what it cannot forward", service({ ports: [{ port: 1, protocol: "SCTP" }] }), [], []],
    [
      "pairs each address with its family's endpoints",
      service({ clusterIPs: ["10.96.0.7", "fd00::7"], ports: [web] }),
      [slice([at("10.1.0.1")]), slice([at("fd00::1")], { addressType: "IPv6" })],
      ["TCP 10.96.0.7:80 to 10.1.0.1:8080", "TCP [fd00::7]:80 to fd00::1:8080"],
    ],
  ];
  for (const [what, of, slices, expected] of cases) {
    it(what, () => {
      const text = serviceForwards(of, slices).map((forward) => {
        const targets = forward.targets.map(({ host, port }) => `${host}:${port}`).join() || "nobody";
        return `${nameOf(forward)} to ${targets}`;
      });
      expect(text).to.deep.equal(expected);
    });
  }
});
