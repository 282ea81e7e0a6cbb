import type { EndpointSlice, Service } from "@ordinal/api";
import { expect } from "chai";
import { textOf } from "./fact.ts";
import { sliceFacts } from "./makers.ts";
import { clusterIP, endpoint, plain, service, slice } from "./objects.fixture.ts";

type Case = readonly [what: string, of: Service | undefined, slice: EndpointSlice, expected: readonly string[]];

const headless = service("nginx");
const vip = service("nginx", clusterIP("10.96.0.7"));
const web0 = endpoint("10.244.0.5", { hostname: "web-0" });
const six = { addressType: "IPv6" } as const;
const inService = "nginx.default.svc A 10.244.0.5";
const own = "web-0.nginx.default.svc A 10.244.0.5";
const pointer = "reverse: 5.0.244.10.in-addr.arpa PTR web-0.nginx.default.svc";
const nibbles = "5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa";

function check(cases: readonly Case[]): void {
  for (const [what, of, from, expected] of cases) {
    it(what, () => expect(sliceFacts(of, from, plain).map(textOf).toSorted()).to.deep.equal(expected.toSorted()));
  }
}

describe("sliceFacts", () => {
  check([
    [
      "D3 D4 D18 the service's and the pod's own name, and the way back, also without ports",
      headless,
      slice("nginx", [web0]),
      [inService, own, pointer],
    ],
    [
      "D3 an IPv6 slice, its address written in the one way",
      headless,
      slice("nginx", [endpoint("FD00:0::5", { hostname: "web-0" })], six),
      [
        "nginx.default.svc AAAA fd00::5",
        "web-0.nginx.default.svc AAAA fd00::5",
        `reverse: ${nibbles} PTR web-0.nginx.default.svc`,
      ],
    ],
    [
      "D5 one name for endpoints that share a hostname",
      vip,
      slice("nginx", [web0, endpoint("10.244.0.6", { hostname: "web-0" })]),
      [
        own,
        pointer,
        "web-0.nginx.default.svc A 10.244.0.6",
        "reverse: 6.0.244.10.in-addr.arpa PTR web-0.nginx.default.svc",
      ],
    ],
    [
      "D6 D18 the dashed address of an endpoint without hostname",
      headless,
      slice("nginx", [endpoint("10.244.0.5")]),
      [
        inService,
        "10-244-0-5.nginx.default.svc A 10.244.0.5",
        "reverse: 5.0.244.10.in-addr.arpa PTR 10-244-0-5.nginx.default.svc",
      ],
    ],
    [
      "D6 the dashed address in IPv6",
      vip,
      slice("nginx", [endpoint("fd00:0:0:0:0:0:0:5", { hostname: "" })], six),
      ["fd00--5.nginx.default.svc AAAA fd00::5", `reverse: ${nibbles} PTR fd00--5.nginx.default.svc`],
    ],
    ["D7 endpoint names under a service with an address", vip, slice("nginx", [web0]), [own, pointer]],
    [
      "D8 what is published while not ready, and so is marked ready though it terminates",
      vip,
      slice("nginx", [{ ...web0, conditions: { ready: true, serving: false, terminating: true } }]),
      [own, pointer],
    ],
    [
      "D9 nothing of an endpoint that is not ready",
      headless,
      slice("nginx", [{ ...web0, conditions: { ready: false, serving: false, terminating: false } }]),
      [],
    ],
    [
      "D9 an endpoint that says nothing of its condition",
      headless,
      slice("nginx", [{ addresses: ["10.244.0.5"], hostname: "web-0" }]),
      [inService, own, pointer],
    ],
    [
      "D10 nothing of a terminating endpoint that still serves",
      headless,
      slice("nginx", [{ ...web0, conditions: { ready: false, serving: true, terminating: true } }]),
      [],
    ],
    ["D11 nothing of a slice without endpoints", headless, slice("nginx", [], { ports: [{ port: 80 }] }), []],
    [
      "D13 D15 D18 each port of each endpoint: at the service, at the port's name, and at the endpoint",
      headless,
      slice("nginx", [web0], {
        ports: [
          { name: "web", port: 80, protocol: "TCP" },
          { name: "", port: 53, protocol: "UDP" },
        ],
      }),
      [
        inService,
        own,
        pointer,
        "nginx.default.svc SRV 80 web-0.nginx.default.svc",
        "nginx.default.svc SRV 53 web-0.nginx.default.svc",
        "_web._tcp.nginx.default.svc SRV 80 web-0.nginx.default.svc",
        "web-0.nginx.default.svc SRV 80 web-0.nginx.default.svc",
        "web-0.nginx.default.svc SRV 53 web-0.nginx.default.svc",
      ],
    ],
    [
      "D13 the ports of the slice and not those of the service",
      service("nginx", { ports: [{ name: "web", port: 80 }] }),
      slice("nginx", [web0], { ports: [{ name: "Alt", port: 8080, protocol: "SCTP" }] }),
      [
        inService,
        own,
        pointer,
        "nginx.default.svc SRV 8080 web-0.nginx.default.svc",
        "_alt._sctp.nginx.default.svc SRV 8080 web-0.nginx.default.svc",
        "web-0.nginx.default.svc SRV 8080 web-0.nginx.default.svc",
      ],
    ],
    [
      "D13 under a service with an address only what stands at the endpoint",
      vip,
      slice("nginx", [web0], { ports: [{ name: "web", port: 80 }] }),
      [own, pointer, "web-0.nginx.default.svc SRV 80 web-0.nginx.default.svc"],
    ],
    [
      "D14 no SRV for a port without number, which stands for all",
      headless,
      slice("nginx", [web0], { ports: [{ name: "all" }] }),
      [inService, own, pointer],
    ],
    ["D21 nothing for ExternalName", service("nginx", { type: "ExternalName" }), slice("nginx", [web0]), []],
    ["nothing without a service", undefined, slice("nginx", [web0]), []],
    [
      "D3 nothing of a slice of domain names",
      headless,
      slice("nginx", [endpoint("web.example.com")], { addressType: "FQDN" }),
      [],
    ],
    [
      "D3 nothing of what is no address",
      headless,
      slice("nginx", [{ ...web0, addresses: ["10.244.0.5", "10.244.0.300", "fe80::1%eth0", ""] }]),
      [inService, own, pointer],
    ],
    ["D3 nothing of an endpoint without addresses", headless, slice("nginx", [{ addresses: [] }]), []],
  ]);

  it("D6 calls an endpoint without hostname as its pod where that is wanted and the name is a label", () => {
    const named = (name: string): readonly string[] =>
      sliceFacts(vip, slice("nginx", [endpoint("10.244.0.5", { targetRef: { kind: "Pod", name } })]), {
        ...plain,
        endpointPodNames: true,
      }).map((fact) => fact.name);
    const last = "5.0.244.10.in-addr.arpa";
    expect(named("web-7d9")).to.deep.equal(["web-7d9.nginx.default.svc", last]);
    for (const name of ["web.7d9", "x".repeat(64), ""]) {
      expect(named(name), name).to.deep.equal(["10-244-0-5.nginx.default.svc", last]);
    }
  });

  it("D24 has _tcp of a service as a name with names below it and no record", () => {
    const facts = sliceFacts(headless, slice("nginx", [web0], { ports: [{ name: "web", port: 80 }] }), plain);
    expect(facts.filter(({ name }) => name.startsWith("_tcp."))).to.deep.equal([]);
    expect(facts.some(({ name }) => name.endsWith("._tcp.nginx.default.svc"))).to.equal(true);
  });
});
