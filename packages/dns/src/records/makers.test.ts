import type { Pod, Service } from "@ordinal/api";
import { expect } from "chai";
import { textOf } from "./fact.ts";
import { namespaceFacts, podFacts, serviceFacts, standingFacts } from "./makers.ts";
import { clusterIP, namespace, plain, pod, service } from "./objects.fixture.ts";

const external = (externalName: string): Service["spec"] => ({ type: "ExternalName", externalName, clusterIPs: [] });
const web = clusterIP("10.96.0.7");
const pointer = "reverse: 7.0.96.10.in-addr.arpa PTR web.default.svc";
const nibbles = "7.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa";

describe("serviceFacts", () => {
  const cases: readonly (readonly [what: string, of: Service | undefined, expected: readonly string[]])[] = [
    ["D1 D17 a service's address and the way back", service("web", web), ["web.default.svc A 10.96.0.7", pointer]],
    ["no address of a headless service", service("web", { ports: [{ name: "http", port: 80 }] }), []],
    ["nothing while it has no address yet", service("web", { clusterIP: "", clusterIPs: [] }), []],
    [
      "D1 the address of an object older than clusterIPs",
      { ...service("web"), spec: { clusterIP: "10.96.0.7" } },
      ["web.default.svc A 10.96.0.7", pointer],
    ],
    [
      "D1 a NodePort or LoadBalancer service by its cluster address",
      service("web", { ...web, type: "LoadBalancer" }),
      ["web.default.svc A 10.96.0.7", pointer],
    ],
    [
      "D2 D17 both addresses of a dual-stack service",
      service("web", clusterIP("10.96.0.7", "fd00::7")),
      [
        "web.default.svc A 10.96.0.7",
        "web.default.svc AAAA fd00::7",
        pointer,
        `reverse: ${nibbles} PTR web.default.svc`,
      ],
    ],
    [
      "D2 a service of IPv6 alone, its address written in the one way",
      service("web", clusterIP("FD00:0:0::0007")),
      ["web.default.svc AAAA fd00::7", `reverse: ${nibbles} PTR web.default.svc`],
    ],
    [
      "D2 an address said twice once, and what is none not at all",
      service("web", clusterIP("10.96.0.7", "10.96.0.7", "::ffff:10.96.0.7", "10.96.0.256", "fe80::1%eth0", "here")),
      ["web.default.svc A 10.96.0.7", pointer],
    ],
    [
      "D12 D15 D16 the ports, the named ones under their names in lower case",
      service("web", {
        ...web,
        ports: [
          { name: "HTTP", port: 80, protocol: "TCP" },
          { name: "dns", port: 53, protocol: "UDP" },
          { name: "sig", port: 9, protocol: "SCTP" },
        ],
      }),
      [
        "web.default.svc A 10.96.0.7",
        "web.default.svc SRV 80 web.default.svc",
        "_http._tcp.web.default.svc SRV 80 web.default.svc",
        "web.default.svc SRV 53 web.default.svc",
        "_dns._udp.web.default.svc SRV 53 web.default.svc",
        "web.default.svc SRV 9 web.default.svc",
        "_sig._sctp.web.default.svc SRV 9 web.default.svc",
        pointer,
      ],
    ],
    [
      "D14 D15 no name for an unnamed port, which stands at the service's own",
      service("web", { ...web, ports: [{ port: 80 }] }),
      ["web.default.svc A 10.96.0.7", "web.default.svc SRV 80 web.default.svc", pointer],
    ],
    [
      "D12 TCP where the protocol is not said",
      service("web", { ...web, ports: [{ name: "http", port: 80 }] }),
      [
        "web.default.svc A 10.96.0.7",
        "web.default.svc SRV 80 web.default.svc",
        "_http._tcp.web.default.svc SRV 80 web.default.svc",
        pointer,
      ],
    ],
    [
      "D21 the name an ExternalName service stands for, without ports",
      service("db", { ...external("db.example.com"), ports: [{ name: "sql", port: 5432 }] }),
      ["db.default.svc CNAME db.example.com."],
    ],
    [
      "D21 a name with a closing dot, or with underscores",
      service("db", external("_x.db.example.com.")),
      ["db.default.svc CNAME _x.db.example.com."],
    ],
    ["D21 nothing for an ExternalName that is an address", service("db", external("192.0.2.1")), []],
    ["D21 nothing for an ExternalName that is an IPv6 address", service("db", external("fd00::1")), []],
    ["D21 nothing for an ExternalName with an empty label", service("db", external("db..example.com")), []],
    ["D21 nothing for an ExternalName too long for a label", service("db", external(`${"x".repeat(64)}.com`)), []],
    ["D21 nothing for an ExternalName that is the root", service("db", external(".")), []],
    ["D21 nothing for an ExternalName without a name", service("db", { type: "ExternalName" }), []],
    ["nothing of no service", undefined, []],
  ];
  for (const [what, of, expected] of cases) {
    it(what, () => expect(serviceFacts(of, plain).map(textOf)).to.deep.equal(expected));
  }
});

describe("podFacts", () => {
  const whose = "pods: 10-244-0-5 TXT default";
  const cases: readonly (readonly [what: string, of: Pod, expected: readonly string[]])[] = [
    ["D20 a pod's dashed address", pod("web-0", ["10.244.0.5"]), ["10-244-0-5.default.pod A 10.244.0.5", whose]],
    [
      "D20 all addresses of a pod, each once",
      pod("web-0", ["10.244.0.5", "FD00::0:5"], { podIP: "10.244.0.5" }),
      ["10-244-0-5.default.pod A 10.244.0.5", whose, "fd00--5.default.pod AAAA fd00::5", "pods: fd00--5 TXT default"],
    ],
    [
      "D20 the one address of a pod without a list of them",
      { ...pod("web-0", []), status: { phase: "Pending", podIP: "10.244.0.5" } },
      ["10-244-0-5.default.pod A 10.244.0.5", whose],
    ],
    [
      "D20 a pod in the host's network, as CoreDNS",
      { ...pod("web-0", ["192.0.2.1"]), spec: { containers: [], hostNetwork: true } },
      ["192-0-2-1.default.pod A 192.0.2.1", "pods: 192-0-2-1 TXT default"],
    ],
    ["D20 nothing of a pod without address", pod("web-0", []), []],
    ["D20 nothing of an address that is none", pod("web-0", ["", "pending"]), []],
    ...["Succeeded", "Failed", "Unknown"].map(
      (phase) => [`D20 nothing of a pod that is ${phase}`, pod("web-0", ["10.244.0.5"], { phase }), []] as const,
    ),
  ];
  for (const [what, of, expected] of cases) {
    it(what, () => expect(podFacts(of, plain).map(textOf)).to.deep.equal(expected));
  }

  it("D60 has nothing but the address at a pod's name", () => {
    const facts = podFacts(pod("web-0", ["10.244.0.5", "fd00::5"]), plain).filter(({ tree }) => tree === undefined);
    expect(facts.map(({ record }) => record?.type)).to.deep.equal(["A", "AAAA"]);
  });

  for (const podNames of ["disabled", "insecure"] as const) {
    it(`D20 says nothing of pods where their names are ${podNames}`, () =>
      expect(podFacts(pod("web-0", ["10.244.0.5"]), { podNames })).to.deep.equal([]));
  }
});

describe("names without records", () => {
  const team = namespace("team");
  const version = "dns-version TXT 1.1.0";

  it("D24 D25 are svc and pod, for a namespace too", () => {
    for (const podNames of ["verified", "insecure"] as const) {
      expect(standingFacts({ ...plain, podNames }).map(textOf)).to.deep.equal(["svc", version, "pod"]);
      expect(namespaceFacts(team, { ...plain, podNames }).map(textOf)).to.deep.equal(["team.svc", "team.pod"]);
    }
  });

  it("D20 D24 lack pod where there are no names of pods", () => {
    expect(standingFacts({ ...plain, podNames: "disabled" }).map(textOf)).to.deep.equal(["svc", version]);
    expect(namespaceFacts(team, { ...plain, podNames: "disabled" }).map(textOf)).to.deep.equal(["team.svc"]);
  });

  it("D57 are a namespace's in a zone for outside", () => {
    const facts = namespaceFacts(team, { podNames: "disabled", hasExternalZones: true });
    expect(facts.map(textOf)).to.deep.equal(["team.svc", "external: team"]);
  });
});

describe("standingFacts", () => {
  it("D31 tell the version of the specification, to be remembered for eight hours", () => {
    expect(standingFacts(plain)).to.deep.include({
      name: "dns-version",
      record: { type: "TXT", data: "1.1.0", ttlSeconds: 28_800 },
    });
  });
});
