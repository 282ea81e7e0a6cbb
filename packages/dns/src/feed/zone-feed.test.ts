import type { Client, WatchEvent } from "@ordinal/client";
import { createStopStack, silentLogger, systemClock, type StopStack } from "@ordinal/runtime";
import { expect } from "chai";
import { eventually, makeService, makeSlice, ready, startApi } from "../api.fixture.ts";
import type { Fact } from "../records/fact.ts";
import { textOf } from "../records/fact.ts";
import { namespaceFacts, serviceFacts, sliceFacts } from "../records/makers.ts";
import { startZoneFeed, type ZoneFeed } from "./zone-feed.ts";

interface Followed extends ZoneFeed {
  /** What has been said and not been unsaid, in the words of `textOf`, sorted. */
  said(): readonly string[];
  served(): number | undefined;
}

function follow(client: Client): Followed {
  const said = new Map<string, number>();
  let served: number | undefined;
  const count = (facts: readonly Fact[], by: number): void => {
    for (const fact of facts) said.set(textOf(fact), (said.get(textOf(fact)) ?? 0) + by);
  };
  const feed = startZoneFeed({
    client,
    clock: systemClock,
    log: silentLogger,
    onFacts(before, after) {
      count(after, 1);
      count(before, -1);
    },
    onRevision() {},
    onServed: (revision) => (served = revision),
  });
  return {
    ...feed,
    said: () => [...said].flatMap(([text, times]) => Array<string>(times).fill(text)).toSorted(),
    served: () => served,
  };
}

/** What the objects there are now say. */
async function expected(client: Client): Promise<readonly string[]> {
  const [namespaces, services, slices] = await Promise.all([
    client.list("namespaces"),
    client.list("services"),
    client.list("endpointslices"),
  ]);
  const facts = [
    ...namespaces.items.flatMap(namespaceFacts),
    ...services.items.flatMap(serviceFacts),
    ...slices.items.flatMap((slice) => {
      const name = slice.metadata.labels?.["kubernetes.io/service-name"];
      return sliceFacts(
        services.items.find(
          ({ metadata }) => metadata.name === name && metadata.namespace === slice.metadata.namespace,
        ),
        slice,
      );
    }),
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
    it(`says what the objects say after any changes, also across lost watches (seed ${seed})`, async () => {
      let random = seed;
      const next = (below: number): number => {
        random = (random * 48_271) % 0x7fffffff;
        return random % below;
      };
      const flaky = new Set<AbortController>();
      const feed = parts.add(follow(cutOffAtWill(api, flaky)));
      await feed.synced;
      for (let step = 0; step < 120; step += 1) {
        await change(api, next).catch(() => {});
        if (next(20) === 0) for (const watch of flaky) watch.abort();
      }
      const wanted = await expected(api);
      await eventually(() => expect(feed.said()).to.deep.equal(wanted));
    });
  }

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
    const feed = parts.add(follow(heldBack(api, gate.promise)));
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

/** One random change to services and slices of a small world. Fails when it does not apply. */
async function change(api: Client, next: (below: number) => number): Promise<void> {
  const name = `svc-${next(3)}`;
  const at = { namespace: "default", name };
  const endpoints = Array.from({ length: next(4) }, () => ({
    ...ready(`web-${next(3)}`, `10.244.0.${next(4)}`),
    conditions: { ready: next(3) > 0 },
  }));
  switch (next(6)) {
    case 0:
      await makeService(api, name, next(2) === 0 ? {} : { clusterIP: `10.96.0.${10 + next(20)}` });
      return;
    case 1:
      await api.delete("services", at);
      return;
    case 2:
      await makeSlice(api, name, endpoints);
      return;
    case 3: {
      const { items } = await api.list("endpointslices");
      const slice = items[next(items.length)];
      if (slice !== undefined) await api.delete("endpointslices", { namespace: "default", name: slice.metadata.name });
      return;
    }
    default: {
      const { items } = await api.list("endpointslices");
      const slice = items[next(items.length)];
      if (slice !== undefined) await api.update("endpointslices", { ...slice, endpoints });
    }
  }
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

/** The same client, whose services arrive only when the gate opens. */
function heldBack(api: Client, gate: Promise<void>): Client {
  return {
    ...api,
    async *watch(resource, options) {
      const events: AsyncIterable<WatchEvent<never>> = api.watch(resource, options) as AsyncIterable<WatchEvent<never>>;
      for await (const event of events) {
        if (resource === "services") await gate;
        yield event;
      }
    },
  };
}
