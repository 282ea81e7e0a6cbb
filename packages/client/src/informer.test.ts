import { ApiError, parseLabelSelector, type ConfigMap } from "@ordinal/api";
import { createFakeClock, silentLogger, type FakeClock } from "@ordinal/runtime";
import { expect } from "chai";
import type { ListOptions } from "./client.ts";
import { startInformer, type Change, type Informer, type InformerOptions } from "./informer.ts";
import { cuttable, reached, startRegistryRig, type CuttableClient, type RegistryRig } from "./registry-rig.fixture.ts";

describe("informer", () => {
  let rig: RegistryRig;
  let clock: FakeClock;
  let client: CuttableClient;
  const started: Informer<ConfigMap>[] = [];

  beforeEach(async () => {
    rig = await startRegistryRig();
    clock = createFakeClock();
    client = cuttable(rig.registry);
  });
  afterEach(async () => {
    await Promise.all(started.splice(0).map((informer) => informer.stop()));
    await rig.stop();
  });

  function start(options: Partial<InformerOptions<ConfigMap>> = {}): Informer<ConfigMap> {
    const informer = startInformer("configmaps", { client, clock, log: silentLogger, ...options });
    started.push(informer);
    return informer;
  }

  async function create(name: string, labels: Record<string, string> = {}): Promise<ConfigMap> {
    return await rig.registry.create("configmaps", { metadata: { name, namespace: "default", labels } });
  }

  async function label(name: string, labels: Record<string, string | null>): Promise<void> {
    await rig.registry.patch(
      "configmaps",
      { namespace: "default", name },
      { type: "merge", body: { metadata: { labels } } },
    );
  }

  async function remove(name: string): Promise<void> {
    await rig.registry.delete("configmaps", { namespace: "default", name });
  }

  it("A4 has what is there when it has synced, and then follows", async () => {
    await create("a");
    const informer = start();
    const seen = follow(informer);
    expect(informer.hasSynced()).to.equal(false);
    await informer.synced;
    expect(informer.hasSynced()).to.equal(true);
    expect(informer.get("default/a")).to.deep.include({ kind: "ConfigMap", apiVersion: "v1" });
    await create("b");
    await label("a", { x: "1" });
    await remove("b");
    await reached(informer, rig.registry.revision());
    expect(seen).to.deep.equal(["+a", "+b", "~a", "-b"]);
    expect(informer.get("default/a")?.metadata.labels).to.deep.equal({ x: "1" });
    expect(informer.get("default/b")).to.equal(undefined);
  });

  it("has each change in its copy before it tells of it, and tells of the revision last", async () => {
    const informer = start();
    await informer.synced;
    const seen: string[] = [];
    informer.onChange(({ after }) => seen.push(`change ${informer.get("default/a") === after}`));
    informer.onRevision((revision) => seen.push(`revision ${revision === informer.revision()}`));
    await create("a");
    await reached(informer, rig.registry.revision());
    expect(seen).to.deep.equal(["change true", "revision true"]);
  });

  it("A8 keeps only what it was asked for; what no longer fits is gone", async () => {
    await create("a", { app: "web" });
    await create("b");
    const informer = start({ where: { labelSelector: parseLabelSelector("app=web") } });
    const seen = follow(informer);
    await informer.synced;
    await label("b", { app: "web" });
    await label("a", { app: null });
    const last = await create("c", { app: "web" });
    await reached(informer, Number(last.metadata.resourceVersion));
    expect(seen).to.deep.equal(["+a", "+b", "-a", "+c"]);
    expect(names(informer)).to.deep.equal(["b", "c"]);
  });

  it("files objects under the values of an index, and refiles them", async () => {
    await create("a", { app: "web" });
    const informer = start({ indexes: { app: ({ metadata }) => [metadata.labels?.["app"] ?? "none"] } });
    await informer.synced;
    const under = (value: string) => informer.by("app", value).map(({ metadata }) => metadata.name);
    await create("b", { app: "web" });
    await label("a", { app: "db" });
    await reached(informer, rig.registry.revision());
    expect([under("web"), under("db"), under("none")]).to.deep.equal([["b"], ["a"], []]);
    await remove("b");
    await reached(informer, rig.registry.revision());
    expect(under("web")).to.deep.equal([]);
    expect(informer.by("colour", "red")).to.deep.equal([]);
  });

  for (const [title, error] of [
    ["the server was away", new ApiError("ServiceUnavailable", "cut off")],
    ["its revision is no longer kept", new ApiError("Expired", "too old resource version")],
  ] as const) {
    it(`A4 lists again when ${title}, and tells only of what really changed`, async () => {
      for (const name of ["same", "changed", "gone"]) await create(name);
      const informer = start();
      await informer.synced;
      const seen = follow(informer);
      client.cut(error);
      await label("changed", { x: "1" });
      await remove("gone");
      await create("new");
      client.mend();
      await clock.advance(5_000);
      await reached(informer, rig.registry.revision());
      expect(seen.toSorted()).to.deep.equal(["+new", "-gone", "~changed"]);
      await create("later");
      await reached(informer, rig.registry.revision());
      expect(seen).to.include("+later");
    });
  }

  it("A4 syncs once the server is there, however long that takes", async () => {
    await create("a");
    client.cut(new ApiError("ServiceUnavailable", "not yet"));
    const informer = start();
    await clock.advance(10_000);
    expect(informer.hasSynced()).to.equal(false);
    client.mend();
    await clock.advance(1_000);
    await informer.synced;
    expect(names(informer)).to.deep.equal(["a"]);
  });

  describe("with pages", () => {
    it("lists page by page, and then follows from where the list was", async () => {
      for (const name of ["a", "b", "c", "d", "e"]) await create(name);
      const asked: ListOptions[] = [];
      client = listening(client, (options) => asked.push(options));
      const informer = start({ pageSize: 2 });
      const seen = follow(informer);
      await informer.synced;
      expect(seen).to.deep.equal(["+a", "+b", "+c", "+d", "+e"]);
      expect(asked.map(({ limit, continueToken }) => [limit, continueToken !== undefined])).to.deep.equal([
        [2, false],
        [2, true],
        [2, true],
      ]);
      await create("f");
      await reached(informer, rig.registry.revision());
      expect(seen.at(-1)).to.equal("+f");
    });

    it("shows what changes between two pages when it has listed, once", async () => {
      for (const name of ["a", "b", "c"]) await create(name);
      client = listening(client, async ({ continueToken }) => {
        if (continueToken === undefined) return;
        await remove("a");
        await create("d");
      });
      const informer = start({ pageSize: 2 });
      const seen = follow(informer);
      await informer.synced;
      expect(seen, "all pages are of one moment").to.deep.equal(["+a", "+b", "+c"]);
      await reached(informer, rig.registry.revision());
      expect(seen.slice(3)).to.deep.equal(["-a", "+d"]);
    });

    it("lists everything at once when its first page is too old for the next", async () => {
      for (const name of ["a", "b", "c"]) await create(name);
      client = listening(client, async ({ continueToken }) => {
        if (continueToken === undefined) return;
        await remove("a");
        throw new ApiError("Expired", "the continue token is too old");
      });
      const informer = start({ pageSize: 2 });
      const seen = follow(informer);
      await informer.synced;
      expect(seen).to.deep.equal(["+a", "+b", "+c", "-a"]);
      expect(names(informer)).to.deep.equal(["b", "c"]);
    });
  });

  it("stops telling whoever no longer listens, and everybody when it is stopped", async () => {
    const informer = start();
    await informer.synced;
    const kept = follow(informer);
    const dropped: unknown[] = [];
    informer.onChange((change) => dropped.push(change))();
    informer.onRevision((revision) => dropped.push(revision))();
    await create("a");
    await reached(informer, rig.registry.revision());
    await informer.stop();
    await create("b");
    expect([kept, dropped]).to.deep.equal([["+a"], []]);
  });
});

/** Says what is asked for before each list; what it throws is the answer. */
function listening(client: CuttableClient, onList: (options: ListOptions) => unknown): CuttableClient {
  return {
    ...client,
    async list(resource, options = {}) {
      await onList(options);
      return await client.list(resource, options);
    },
  };
}

/** Changes from now on, as `+a`, `~a`, `-a`. */
function follow(informer: Informer<ConfigMap>): string[] {
  const seen: string[] = [];
  informer.onChange(({ before, after }: Change<ConfigMap>) => {
    const sign = before === undefined ? "+" : after === undefined ? "-" : "~";
    seen.push(`${sign}${(after ?? before)?.metadata.name}`);
  });
  return seen;
}

function names(informer: Informer<ConfigMap>): readonly string[] {
  return informer.list().map(({ metadata }) => metadata.name);
}
