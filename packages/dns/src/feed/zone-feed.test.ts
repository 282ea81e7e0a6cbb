import type { Endpoint, EndpointSlice, Pod, ResourceName, Service } from "@ordinal/api";
import type { Client, WatchEvent } from "@ordinal/client";
import { createStopStack, silentLogger, systemClock, type StopStack } from "@ordinal/runtime";
import { expect } from "chai";
import { eventually, makeService, makeSlice, ready, startApi } from "../api.fixture.ts";
import type { Fact } from "../records/fact.ts";
import { textOf } from "../records/fact.ts";
import { namespaceFacts, podFacts, serviceFacts, sliceFacts } from "../records/makers.ts";
import { outside, plain } from "../records/objects.fixture.ts";
import type { RecordSettings } from "../records/settings.ts";
import { startZoneFeed, type ZoneFeed } from "./zone-feed.ts";

interface Followed extends ZoneFeed {
  /** What has been said and not been unsaid, in the words of `textOf`, sorted. */
  said(): readonly string[];
  served(): number | undefined;
  /** How often something was said or unsaid. */
  times(): number;
  /** The highest revision that was told of. */
  revision(): number;
}

function follow(client: Client, settings: RecordSettings = plain): Followed {
  const said = new Map<string, number>();
  let served: number | undefined;
  let times = 0;
  let highest = 0;
  const add = (facts: readonly Fact[], by: number): void => {
    for (const fact of facts) said.set(textOf(fact), (said.get(textOf(fact)) ?? 0) + by);
  };
  const feed = startZoneFeed({
    client,
    clock: systemClock,
    log: silentLogger,
    settings,
    onFacts(before, after) {
      times += 1;
      add(after, 1);
      add(before, -1);
    },
    onRevision: (revision) => (highest = Math.max(highest, revision)),
    onServed: (revision) => (served = revision),
  });
  return {
    ...feed,
    said: () => [...said].flatMap(([text, count]) => Array<string>(count).fill(text)).toSorted(),
    served: () => served,
    times: () => times,
    revision: () => highest,
  };
}

/** What the objects there are now say. */
async function expected(client: Client, settings: RecordSettings = plain): Promise<readonly string[]> {
  const [namespaces, services, slices, pods] = await Promise.all([
    client.list("namespaces"),
    client.list("services"),
    client.list("endpointslices"),
    client.list("pods"),
  ]);
  const facts = [
    ...namespaces.items.flatMap((namespace) => namespaceFacts(namespace, settings)),
    ...services.items.flatMap((service) => serviceFacts(service, settings)),
    ...slices.items.flatMap((slice) => {
      const name = slice.metadata.labels?.["kubernetes.io/service-name"];
      const service = services.items.find(
        ({ metadata }) => metadata.name === name && metadata.namespace === slice.metadata.namespace,
      );
      return sliceFacts(service, slice, settings);
    }),
    ...pods.items.flatMap((pod) => podFacts(pod, settings)),
  ];
  return facts.map(textOf).toSorted();
}

describe("the zone feed", () => {
  let parts: StopStack;
  let api: Client;
  beforeEach(async () => {
    parts = createStopStack();
    api = parts.add(await startApi()).client;
  });
  afterEach(() => parts.stop());

  it("hands on what is there and what changes", async () => {
    await makeService(api, "nginx");
    const slice = await makeSlice(api, "nginx", [ready("web-0", "10.244.0.5")]);
    const feed = parts.add(follow(api));
    await feed.synced;
    expect(feed.said()).to.deep.equal(await expected(api));
    expect(feed.said()).to.include("web-0.nginx.default.svc A 10.244.0.5");
    await api.update("endpointslices", { ...slice, endpoints: [ready("web-0", "10.244.0.6")] });
    await eventually(() => expect(feed.said()).to.include("web-0.nginx.default.svc A 10.244.0.6"));
    expect(feed.said()).not.to.include("web-0.nginx.default.svc A 10.244.0.5");
  });

  for (const seed of [1, 2, 3]) {
    it(`says what the objects say after any changes, across lost watches and other settings (seed ${seed})`, async () => {
      const next = randomFrom(seed);
      const flaky = new Set<AbortController>();
      const feed = parts.add(follow(cutOffAtWill(api, flaky), outside));
      await feed.synced;
      let settings = outside;
      for (let step = 0; step < 150; step += 1) {
        await change(api, next).catch(() => {});
        if (next(20) === 0) for (const watch of flaky) watch.abort();
        if (next(25) > 0) continue;
        settings = { podNames: podModes[next(3)] ?? "verified", hasExternalZones: next(2) === 0 };
        await feed.restate(settings);
      }
      const wanted = await expected(api, settings);
      await eventually(() => expect(feed.said()).to.deep.equal(wanted));
      expect([...feed.facts()].map(textOf).toSorted()).to.deep.equal(wanted);
    });
  }

  it("D20 follows pods as they get their addresses, finish and go, and only where their names are wanted", async () => {
    const asked = new Set<string>();
    const [all, none] = [follow(api), follow(askedFor(api, asked), { ...plain, podNames: "insecure" })];
    parts.add(all);
    parts.add(none);
    await Promise.all([all.synced, none.synced]);
    const pod = await makePod(api, "web-0");
    await setAddress(api, pod, ["10.244.0.5", "fd00::5"]);
    await eventually(() => {
      expect(all.said()).to.include("10-244-0-5.default.pod A 10.244.0.5");
      expect(all.said()).to.include("fd00--5.default.pod AAAA fd00::5");
    });
    await api.patch("pods", at("web-0"), {
      type: "merge",
      subresource: "status",
      body: { status: { phase: "Failed" } },
    });
    const wanted = await expected(api);
    await eventually(() => expect(all.said()).to.deep.equal(wanted));
    expect(wanted.filter((text) => text.includes(".pod "))).to.deep.equal([]);
    expect([...asked].toSorted()).to.deep.equal(["endpointslices", "namespaces", "services"]);
  });

  it("D42 tells the revision of pods too, since their names are data", async () => {
    const feed = parts.add(follow(api));
    await feed.synced;
    await setAddress(api, await makePod(api, "web-0"), ["10.244.0.5"]);
    const { metadata } = await api.get("pods", at("web-0"));
    await eventually(() => expect(feed.revision()).to.be.at.least(Number(metadata.resourceVersion)));
    expect(feed.said()).to.include("10-244-0-5.default.pod A 10.244.0.5");
  });

  it("D20 serves what others wait for while the pods do not come", async () => {
    const gate = Promise.withResolvers<void>();
    const feed = parts.add(follow(heldBack(api, "pods", gate.promise)));
    await makeService(api, "nginx");
    const slice = await makeSlice(api, "nginx", [ready("web-0", "10.244.0.5")]);
    await eventually(() => expect(feed.served()).to.be.at.least(Number(slice.metadata.resourceVersion)));
    expect(feed.isSynced()).to.equal(false);
    gate.resolve();
    await feed.synced;
    expect(feed.isSynced()).to.equal(true);
  });

  it("D20 goes back on names of pods that never came", async () => {
    const gate = Promise.withResolvers<void>();
    await setAddress(api, await makePod(api, "web-0"), ["10.244.0.5"]);
    const feed = parts.add(follow(heldBack(api, "pods", gate.promise), { ...plain, podNames: "disabled" }));
    await feed.synced;
    const wanting = feed.restate(plain);
    const unwanting = feed.restate({ ...plain, podNames: "disabled" });
    await wanting;
    gate.resolve();
    await unwanting;
    expect(feed.said()).to.deep.equal(await expected(api, { ...plain, podNames: "disabled" }));
  });

  it("says nothing when an object changes in what no name is made of", async () => {
    await makeService(api, "nginx");
    await makeSlice(api, "nginx", [ready("web-0", "10.244.0.5")]);
    const feed = parts.add(follow(api));
    await feed.synced;
    const times = feed.times();
    const body = { metadata: { labels: { a: "b" }, annotations: { c: "d" } } };
    await api.patch("services", at("nginx"), { type: "merge", body });
    const [slice] = (await api.list("endpointslices")).items;
    const patched = await api.patch("endpointslices", at(slice?.metadata.name ?? ""), { type: "merge", body });
    await eventually(() => expect(feed.served()).to.be.at.least(Number(patched.metadata.resourceVersion)));
    expect(feed.times()).to.equal(times);
  });

  it("serves a revision only when the slices up to it are in the answers", async () => {
    await makeService(api, "nginx");
    const feed = parts.add(follow(api));
    await feed.synced;
    for (let round = 0; round < 50; round += 1) {
      const slice = await makeSlice(api, "nginx", [ready(`web-${round}`, "10.244.0.5")]);
      await eventually(() => expect(feed.served()).to.be.at.least(Number(slice.metadata.resourceVersion)));
      expect(feed.said()).to.include(`web-${round}.nginx.default.svc A 10.244.0.5`);
    }
  });

  it("does not serve a slice's revision while its service is still on the way", async () => {
    const gate = Promise.withResolvers<void>();
    const feed = parts.add(follow(heldBack(api, "services", gate.promise)));
    await feed.synced;
    await makeService(api, "late");
    const slice = await makeSlice(api, "late", [ready("web-0", "10.244.0.5")]);
    const revision = Number(slice.metadata.resourceVersion);
    const other = await makeSlice(api, "late", []);
    await eventually(() => expect(feed.served()).to.equal(revision - 1));
    expect(Number(other.metadata.resourceVersion)).to.be.above(revision);
    gate.resolve();
    await eventually(() => expect(feed.served()).to.be.at.least(revision));
    expect(feed.said()).to.include("web-0.late.default.svc A 10.244.0.5");
  });

  it("is not held up by a slice whose service does not exist", async () => {
    const feed = parts.add(follow(api));
    await feed.synced;
    const slice = await makeSlice(api, "nobody", [ready("web-0", "10.244.0.5")]);
    await eventually(() => expect(feed.served()).to.be.at.least(Number(slice.metadata.resourceVersion)));
    expect(feed.said().filter((text) => text.includes("nobody"))).to.deep.equal([]);
  });
});

const podModes = ["disabled", "insecure", "verified"] as const;
const at = (name: string): { namespace: string; name: string } => ({ namespace: "default", name });

/** Numbers below a bound, the same ones for the same seed. */
function randomFrom(seed: number): (below: number) => number {
  let random = seed;
  return (below) => {
    random = (random * 48_271) % 0x7fffffff;
    return random % below;
  };
}

type Next = (below: number) => number;

/** One random change to the services, slices and pods of a small world. Fails when it does not apply. */
async function change(api: Client, next: Next): Promise<void> {
  const name = `svc-${next(3)}`;
  const pod = `web-${next(3)}`;
  switch (next(14)) {
    case 0:
    case 10:
    case 11:
      await makeService(api, name, randomSpec(next));
      return;
    case 1:
      await api.delete("services", at(name));
      return;
    case 2: {
      const service = await api.get("services", at(name));
      await api.update("services", { ...service, spec: changedSpec(service.spec, next) });
      return;
    }
    case 3: {
      const ingress = next(2) === 0 ? [] : [{ ip: `192.0.2.${next(2)}` }];
      const body = { status: { loadBalancer: { ingress } } };
      await api.patch("services", at(name), { type: "merge", subresource: "status", body });
      return;
    }
    case 4:
      await makeSlice(api, name, randomEndpoints(next, next(3) === 0 ? "IPv6" : "IPv4"));
      return;
    case 5: {
      const slice = await oneOf(api, next);
      if (slice !== undefined) await api.delete("endpointslices", at(slice.metadata.name));
      return;
    }
    case 6:
    case 12:
      await makePod(api, pod);
      return;
    case 7:
      await setAddress(api, await api.get("pods", at(pod)), [`10.0.0.${next(3)}`, `fd00::${next(3)}`]);
      return;
    case 8:
      await api.delete("pods", at(pod), { gracePeriodSeconds: 0 });
      return;
    default: {
      const slice = await oneOf(api, next);
      if (slice === undefined) return;
      const ports = [{ name: "web", port: 80 + next(2), protocol: "TCP" }];
      await api.update("endpointslices", {
        ...slice,
        endpoints: randomEndpoints(next, slice.addressType),
        ...(next(3) === 0 ? { ports } : {}),
      });
    }
  }
}

function randomSpec(next: Next): Service["spec"] {
  const four = `10.96.0.${10 + next(40)}`;
  const shapes: readonly Service["spec"][] = [
    { clusterIP: "None" },
    { clusterIP: "None", externalIPs: ["192.0.2.9"], ports: [{ name: "alt", port: 81 }] },
    { clusterIP: four, ports: [{ port: 80 }] },
    { type: "LoadBalancer", clusterIP: four, externalIPs: ["192.0.2.8"] },
    { type: "ExternalName", externalName: "db.example.com", clusterIP: "" },
  ];
  return shapes[next(shapes.length)] ?? {};
}

/** The same service with other ports or addresses for outside, or of another type. */
function changedSpec(spec: Service["spec"], next: Next): Service["spec"] {
  if (spec.type === "ExternalName") return { ...randomSpec(next), ports: [{ name: "web", port: 80 }] };
  switch (next(3)) {
    case 0:
      return { ...spec, externalIPs: next(2) === 0 ? [] : [`192.0.2.${next(9)}`] };
    case 1:
      return { ...spec, ports: [{ name: "web", port: 80 + next(3), protocol: "TCP" }] };
    default:
      return { type: "ExternalName", externalName: `db-${next(3)}.example.com` };
  }
}

function randomEndpoints(next: Next, family: string): readonly Endpoint[] {
  return Array.from({ length: next(4) }, () => ({
    ...ready(`web-${next(3)}`, family === "IPv6" ? `fd00::${next(4)}` : `10.244.0.${next(4)}`),
    conditions: { ready: next(3) > 0 },
  }));
}

async function oneOf(api: Client, next: Next): Promise<EndpointSlice | undefined> {
  const { items } = await api.list("endpointslices");
  return items[next(items.length)];
}

async function makePod(api: Client, name: string): Promise<Pod> {
  const spec = { containers: [{ name: "main", image: "nginx" }] };
  return await api.create("pods", { metadata: { name, namespace: "default" }, spec });
}

async function setAddress(api: Client, { metadata }: Pod, addresses: readonly string[]): Promise<void> {
  const [podIP] = addresses;
  const body = { status: { phase: "Running", podIP, podIPs: addresses.map((ip) => ({ ip })) } };
  await api.patch("pods", at(metadata.name), { type: "merge", subresource: "status", body });
}

/** The same client, keeping in mind what was listed. */
function askedFor(api: Client, resources: Set<string>): Client {
  return {
    ...api,
    async list(resource, options) {
      resources.add(resource);
      return await api.list(resource, options);
    },
  };
}

/** The same client, whose watches can be cut off as a lost connection does. */
function cutOffAtWill(api: Client, watches: Set<AbortController>): Client {
  return {
    ...api,
    async *watch(resource, options) {
      const cut = new AbortController();
      watches.add(cut);
      try {
        yield* api.watch(resource, { ...options, signal: AbortSignal.any([options.signal, cut.signal]) });
      } finally {
        watches.delete(cut);
      }
      if (!options.signal.aborted) throw new Error("the watch was cut off");
    },
  };
}

/** The same client, whose watches of a resource and lists of pods give nothing before the gate opens. */
function heldBack(api: Client, held: ResourceName, gate: Promise<void>): Client {
  return {
    ...api,
    async list(resource, options) {
      if (resource === "pods" && resource === held) await gate;
      return await api.list(resource, options);
    },
    async *watch(resource, options) {
      const events: AsyncIterable<WatchEvent<never>> = api.watch(resource, options) as AsyncIterable<WatchEvent<never>>;
      for await (const event of events) {
        if (resource === held) await gate;
        yield event;
      }
    },
  };
}
