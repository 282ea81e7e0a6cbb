import { expect } from "chai";
import { describeNetwork, otherNetworks, planNetwork } from "./plan-network.ts";
import type { HostNetwork } from "./plan-network.ts";

const ranges = { podCidr: "10.244.0.0/16", serviceCidr: "10.96.0.0/16" };
const network = describeNetwork({ stateDir: "/data/pods", ...ranges });
const link = { alias: "", master: undefined, addresses: [] };
const loopback = { ...link, name: "lo", addresses: ["127.0.0.1/8"] };
const empty: HostNetwork = { links: [loopback], routes: [] };

describe("describeNetwork", () => {
  it("names bridges of different directories differently, in 15 characters", () => {
    const other = describeNetwork({ stateDir: "/other/pods", ...ranges });
    expect(network.bridge).to.match(/^ord-[0-9a-f]{6}$/);
    expect(other.bridge).not.to.equal(network.bridge);
  });

  for (const [podCidr, serviceCidr, message] of [
    ["10.244.0.0", "10.96.0.0/16", "--pod-cidr 10.244.0.0 is not a range such as 10.244.0.0/16"],
    ["10.244.0.0/16", "nonsense", "--service-cidr nonsense is not a range such as 10.96.0.0/16"],
    ["10.0.0.0/8", "10.96.0.0/16", "--pod-cidr 10.0.0.0/8 and --service-cidr 10.96.0.0/16 overlap"],
  ] as const) {
    it(`refuses ${podCidr} with ${serviceCidr}`, () => {
      expect(() => describeNetwork({ stateDir: "/d", podCidr, serviceCidr })).to.throw(message);
    });
  }
});

describe("planNetwork", () => {
  it("makes the bridge, with the gateway's address and routes that keep everything here", () => {
    const plan = planNetwork(network, empty);
    expect(plan.ok && plan.batch.slice(1)).to.deep.equal([
      `addr replace 10.244.0.1/16 dev ${network.bridge}`,
      `link set dev ${network.bridge} up`,
      "route replace blackhole 10.244.0.0/16 metric 4294967295",
      "route replace local 10.96.0.0/16 dev lo",
    ]);
    expect(plan.ok && plan.batch[0]).to.match(/^link add name ord-\w+ address 02(:[0-9a-f]{2}){5} type bridge/);
  });

  it("takes the bridge that is there", () => {
    const own = { ...link, name: network.bridge, alias: network.alias, addresses: ["10.244.0.1/16"] };
    const routes = [{ to: "10.244.0.0/16", type: "unicast", device: network.bridge }];
    const plan = planNetwork(network, { links: [loopback, own], routes });
    expect(plan.ok && plan.batch.join("\n")).not.to.include("link add");
  });

  const conflicts: readonly (readonly [string, HostNetwork, string])[] = [
    [
      "another bridge",
      { ...empty, links: [{ ...link, name: "cni0", addresses: ["10.244.0.1/24"] }] },
      "--pod-cidr 10.244.0.0/16 overlaps 10.244.0.1/24 of the interface cni0; choose another range with --pod-cidr",
    ],
    [
      "a route",
      { ...empty, routes: [{ to: "10.96.12.0/24", type: "unicast", device: "tun0" }] },
      "--service-cidr 10.96.0.0/16 overlaps the route to 10.96.12.0/24 by tun0; choose another range with --service-cidr",
    ],
    [
      "another daemon's services",
      {
        ...empty,
        links: [
          { ...link, name: "ord-aaaaaa", alias: "ordinal pods=10.7.0.0/16 services=10.96.0.0/16 in /other/pods" },
        ],
      },
      "--service-cidr 10.96.0.0/16 overlaps 10.96.0.0/16 of another Ordinal (/other/pods); choose another range with --service-cidr",
    ],
  ];
  for (const [who, host, message] of conflicts) {
    it(`says when ${who} has the range`, () =>
      expect(planNetwork(network, host)).to.deep.equal({ ok: false, message }));
  }

  for (const [what, host] of [
    [
      "a larger network around it",
      {
        links: [{ ...link, name: "eth0", addresses: ["10.1.2.3/8"] }],
        routes: [{ to: "10.0.0.0/8", type: "unicast", device: "eth0" }],
      },
    ],
    ["a default route", { ...empty, routes: [{ to: "default", type: "unicast", device: "eth0" }] }],
    ["its own blackhole", { ...empty, routes: [{ to: "10.244.0.0/16", type: "blackhole", device: undefined }] }],
  ] as const) {
    it(`does not mind ${what}`, () => expect(planNetwork(network, host).ok).to.equal(true));
  }
});

describe("otherNetworks", () => {
  it("finds the bridges of other daemons, with how many pods are on them", () => {
    const bridge = { ...link, name: "ord-aaaaaa", alias: "ordinal pods=1 services=2 in /with a space/pods" };
    const links = [loopback, bridge, { ...link, name: "ord1", master: "ord-aaaaaa" }, { ...link, name: "docker0" }];
    expect(otherNetworks(network, links)).to.deep.equal([
      { bridge: "ord-aaaaaa", stateDir: "/with a space/pods", ports: 1 },
    ]);
  });
});
