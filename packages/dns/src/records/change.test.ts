import type { Endpoint, EndpointSlice, Service } from "@ordinal/api";
import { expect } from "chai";
import { serviceChange, sliceChange, type FactChange } from "./change.ts";
import { difference } from "./difference.ts";
import { textOf } from "./fact.ts";
import { serviceFacts, sliceFacts } from "./makers.ts";
import { clusterIP, endpoint, outside, plain, service, slice } from "./objects.fixture.ts";

const ports = [{ name: "web", port: 80 }];
const nginx = service("nginx");
const host = (index: number): Endpoint => endpoint(`10.244.${index >> 8}.${index & 255}`, { hostname: `web-${index}` });
const hosts = (count: number): readonly Endpoint[] => Array.from({ length: count }, (_, index) => host(index));

/** How many facts a change puts forward to be compared. */
const cost = ({ before, after }: FactChange): number => before.length + after.length;

/** What a change says, without what cancels out. */
function netOf({ before, after }: FactChange): unknown {
  const { added, removed } = difference(before, after);
  return { added: added.map(textOf).toSorted(), removed: removed.map(textOf).toSorted() };
}

describe("sliceChange", () => {
  const thousand = slice("nginx", hosts(1_000), { ports });
  const each = sliceFacts(nginx, slice("nginx", hosts(1), { ports }), plain).length;
  const change = (before: EndpointSlice, after: EndpointSlice): FactChange =>
    sliceChange({ slice: before, service: nginx }, { slice: after, service: nginx }, plain);

  it("costs what changed, wherever it is among a thousand endpoints", () => {
    for (const at of [0, 500, 999]) {
      const endpoints = hosts(1_000).with(at, endpoint("10.245.0.1", { hostname: "new" }));
      expect(cost(change(thousand, { ...thousand, endpoints })), `changed ${at}`).to.equal(2 * each);
      const fewer = { ...thousand, endpoints: hosts(1_000).toSpliced(at, 1) };
      expect(cost(change(thousand, fewer)), `gone ${at}`).to.equal(each);
      expect(cost(change(fewer, thousand)), `come ${at}`).to.equal(each);
    }
  });

  it("costs nothing for what no name is made of", () => {
    const endpoints = hosts(1_000).map((one) => ({ ...one, conditions: { ready: true, serving: true }, zone: "a" }));
    expect(cost(change(thousand, { ...thousand, endpoints }))).to.equal(0);
    const unready = hosts(10).map((one) => ({ ...one, conditions: { ready: false } }));
    const others = hosts(20).map((one) => ({ ...one, hostname: "x", conditions: { ready: false } }));
    expect(cost(change({ ...thousand, endpoints: unready }, { ...thousand, endpoints: others }))).to.equal(0);
  });

  it("says the same as all facts of both would, for any change", () => {
    let random = 7;
    const next = (below: number): number => {
      random = (random * 48_271) % 0x7fffffff;
      return random % below;
    };
    const services = [nginx, service("nginx", clusterIP("10.96.0.7")), undefined];
    const make = (): EndpointSlice => {
      const endpoints = Array.from({ length: next(6) }, () => ({
        addresses: Array.from({ length: 1 + next(2) }, () => `10.0.0.${next(3)}`),
        conditions: { ready: next(3) > 0 },
        ...(next(2) === 0 ? {} : { hostname: `web-${next(3)}` }),
      }));
      return slice("nginx", endpoints, { ports: next(4) === 0 ? [{ name: "alt", port: 81 }] : ports });
    };
    for (let round = 0; round < 500; round += 1) {
      const before = { slice: make(), service: services[next(3)] };
      const after = { slice: make(), service: next(3) === 0 ? services[next(3)] : before.service };
      expect(netOf(sliceChange(before, after, outside))).to.deep.equal(
        netOf({
          before: sliceFacts(before.service, before.slice, outside),
          after: sliceFacts(after.service, after.slice, outside),
        }),
      );
    }
  });
});

describe("serviceChange", () => {
  const slices = [slice("nginx", hosts(20), { ports })];
  const change = (before: Service | undefined, after: Service | undefined): FactChange =>
    serviceChange({ service: before, settings: outside }, { service: after, settings: outside }, slices);

  it("leaves the slices alone where their names do not depend on it", () => {
    const labelled = { ...nginx, metadata: { ...nginx.metadata, labels: { a: "b" }, resourceVersion: "2" } };
    expect(cost(change(nginx, labelled))).to.equal(0);
    const vip = service("nginx", { ...clusterIP("10.96.0.7"), ports });
    expect(cost(change(vip, service("nginx", clusterIP("10.96.0.8"))))).to.be.below(10);
  });

  it("says the same as all facts of both would, whatever becomes of it", () => {
    const shapes = [
      undefined,
      nginx,
      service("nginx", clusterIP("10.96.0.7", "fd00::7")),
      service("nginx", { type: "ExternalName", externalName: "example.com" }),
      service("nginx", { externalIPs: ["192.0.2.1"], ports }),
      service("nginx", { ...clusterIP("10.96.0.7"), externalIPs: ["192.0.2.1"], ports }),
    ];
    const all = (of: Service | undefined, settings: typeof plain): ReturnType<typeof serviceFacts> => [
      ...serviceFacts(of, settings),
      ...slices.flatMap((each) => sliceFacts(of, each, settings)),
    ];
    for (const before of shapes) {
      for (const after of shapes) {
        for (const settings of [plain, outside]) {
          expect(
            netOf(serviceChange({ service: before, settings: outside }, { service: after, settings }, slices)),
          ).to.deep.equal(netOf({ before: all(before, outside), after: all(after, settings) }));
        }
      }
    }
  });

  it("costs only the names for outside when such a zone comes or goes", () => {
    const { before, after } = serviceChange(
      { service: nginx, settings: plain },
      { service: nginx, settings: outside },
      slices,
    );
    expect(before).to.deep.equal([]);
    expect(new Set(after.map(({ tree }) => tree))).to.deep.equal(new Set(["external"]));
  });
});
