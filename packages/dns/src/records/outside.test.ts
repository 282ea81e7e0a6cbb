import { expect } from "chai";
import { textOf } from "./fact.ts";
import { serviceFacts, sliceFacts } from "./makers.ts";
import { clusterIP, endpoint, outside, plain, service, slice } from "./objects.fixture.ts";
import type { Service } from "@ordinal/api";

const ports = [{ name: "http", port: 80 }];
const vip = clusterIP("10.96.0.7");

/** The facts in the tree for outside, without saying so each time. */
function seen(facts: ReturnType<typeof serviceFacts>): readonly string[] {
  return facts.map(textOf).flatMap((text) => (text.startsWith("external: ") ? text.slice(10) : []));
}

function balanced(...ingress: readonly { readonly ip?: string; readonly hostname?: string }[]): Service {
  return { ...service("web", { ...vip, type: "LoadBalancer", ports }), status: { loadBalancer: { ingress } } };
}

describe("a service seen from outside", () => {
  const reached = (address: string): readonly string[] => [
    `web.default A ${address}`,
    "web.default SRV 80 web.default",
    "_http._tcp.web.default SRV 80 web.default",
  ];
  const cases: readonly (readonly [what: string, of: Service, expected: readonly string[]])[] = [
    ["the address of its load balancer and its ports", balanced({ ip: "192.0.2.7" }), reached("192.0.2.7")],
    ["its external addresses", service("web", { ...vip, ports, externalIPs: ["192.0.2.8"] }), reached("192.0.2.8")],
    [
      "external addresses of a headless service",
      service("web", { ports, externalIPs: ["192.0.2.8"] }),
      reached("192.0.2.8"),
    ],
    [
      "external addresses and those of the balancer, in both families, each once",
      {
        ...balanced({ ip: "FD00::0:9" }, { ip: "192.0.2.8" }),
        spec: { ...vip, externalIPs: ["192.0.2.8", "none"] },
      },
      ["web.default A 192.0.2.8", "web.default AAAA fd00::9"],
    ],
    ["the name of its load balancer", balanced({ hostname: "lb.example.com" }), ["web.default CNAME lb.example.com."]],
    [
      "addresses and no name where there are both",
      balanced({ hostname: "lb.x" }, { ip: "192.0.2.7" }),
      reached("192.0.2.7"),
    ],
    [
      "one name of two: a name has one alias",
      balanced({ hostname: "a..b" }, { hostname: "lb.x" }, { hostname: "lb.y" }),
      ["web.default CNAME lb.x."],
    ],
    ["nothing of a service without addresses for outside", service("web", { ...vip, ports }), []],
    ["nothing while its balancer has said nothing", balanced({}), []],
  ];
  for (const [what, of, expected] of cases) {
    it(`D57 is ${what}`, () => {
      expect(seen(serviceFacts(of, outside))).to.deep.equal(expected);
      expect(seen(serviceFacts(of, plain))).to.deep.equal([]);
    });
  }
});

describe("endpoints seen from outside", () => {
  const of = slice("web", [endpoint("192.0.2.5", { hostname: "web-0" })], { ports });

  it("D57 are those of a headless service", () => {
    expect(seen(sliceFacts(service("web"), of, outside)).toSorted()).to.deep.equal([
      "_http._tcp.web.default SRV 80 web-0.web.default",
      "web-0.web.default A 192.0.2.5",
      "web-0.web.default SRV 80 web-0.web.default",
      "web.default A 192.0.2.5",
      "web.default SRV 80 web-0.web.default",
    ]);
    expect(seen(sliceFacts(service("web"), of, plain))).to.deep.equal([]);
  });

  it("D57 are not to be seen where the service has addresses for outside, or one of its own", () => {
    for (const spec of [{ externalIPs: ["192.0.2.8"] }, vip]) {
      expect(seen(sliceFacts(service("web", spec), of, outside))).to.deep.equal([]);
    }
  });

  it("D57 leave the cluster's own records as they are", () => {
    const inCluster = (settings: typeof plain): readonly string[] =>
      sliceFacts(service("web"), of, settings)
        .filter(({ tree }) => tree !== "external")
        .map(textOf);
    expect(inCluster(outside)).to.deep.equal(inCluster(plain));
  });
});
