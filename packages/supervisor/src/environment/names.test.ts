import type { PodSpec } from "@ordinal/api";
import { expect } from "chai";
import { aPod } from "../pod.fixture.ts";
import { hostsLines, podHostname } from "./hosts.ts";
import { resolvConf } from "./resolv-conf.ts";

const options = {
  clusterDomain: "cluster.local",
  dnsAddress: "10.96.0.10",
  hostResolvConf: "# host\nnameserver 192.0.2.1\nsearch corp.example\noptions edns0\n",
};

describe("K13 resolv.conf", () => {
  const cluster =
    "search default.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10\noptions ndots:5\n";
  const cases: readonly (readonly [title: string, spec: Partial<PodSpec>, expected: string])[] = [
    ["of ClusterFirst", {}, cluster],
    ["of Default", { dnsPolicy: "Default" }, "search corp.example\nnameserver 192.0.2.1\noptions edns0\n"],
    ["of the host's network", { hostNetwork: true }, "search corp.example\nnameserver 192.0.2.1\noptions edns0\n"],
    ["of ClusterFirstWithHostNet", { hostNetwork: true, dnsPolicy: "ClusterFirstWithHostNet" }, cluster],
    [
      "of None",
      { dnsPolicy: "None", dnsConfig: { nameservers: ["192.0.2.9"], searches: ["a.example"] } },
      "search a.example\nnameserver 192.0.2.9\n",
    ],
    [
      "with more from dnsConfig",
      {
        dnsConfig: {
          nameservers: ["10.96.0.10", "192.0.2.9"],
          searches: ["a.example"],
          options: [{ name: "ndots", value: "2" }, { name: "edns0" }],
        },
      },
      "search default.svc.cluster.local svc.cluster.local cluster.local a.example\nnameserver 10.96.0.10\nnameserver 192.0.2.9\noptions ndots:2 edns0\n",
    ],
  ];
  for (const [title, spec, expected] of cases) {
    it(title, () => expect(resolvConf(aPod({ spec }), options)).to.equal(expected));
  }
});

describe("K13 /etc/hosts", () => {
  it("has the pod's own full name", () => {
    const pod = aPod({ spec: { hostname: "web-0", subdomain: "nginx" } });
    expect(hostsLines(pod, "cluster.local")).to.deep.equal(["{address}\tweb-0.nginx.default.svc.cluster.local\tweb-0"]);
  });

  it("has the bare name where there is no subdomain, and the pod's aliases", () => {
    const pod = aPod({ spec: { hostAliases: [{ ip: "192.0.2.1", hostnames: ["a.example", "b.example"] }] } });
    expect(hostsLines(pod, "cluster.local")).to.deep.equal(["{address}\tweb-0", "192.0.2.1\ta.example\tb.example"]);
  });

  it("cuts a name that is too long for a host", () => {
    expect(podHostname(aPod({ metadata: { name: `${"a".repeat(62)}-tail` } }))).to.equal("a".repeat(62));
  });
});
