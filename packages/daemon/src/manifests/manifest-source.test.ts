import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createStopStack, silentLogger, systemClock, type StopStack } from "@ordinal/runtime";
import { createRegistry, type Registry } from "@ordinal/server";
import { openStore } from "@ordinal/store";
import { expect } from "chai";
import { startManifestSource } from "./manifest-source.ts";

const namespace = "default";
const settings = (name: string): string =>
  JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace } });

describe("the manifests folder", () => {
  let dir: string;
  let parts: StopStack;
  let registry: Registry;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "ordinal-manifests-"));
    parts = createStopStack();
    const store = parts.add(await openStore({ dir: join(dir, "store") }));
    registry = await createRegistry({ store, clock: systemClock });
    await registry.create("namespaces", { metadata: { name: namespace } });
  });
  afterEach(async () => {
    await parts.stop();
    await rm(dir, { recursive: true });
  });

  const start = async () =>
    await startManifestSource({ client: registry, clock: systemClock, log: silentLogger, dir: join(dir, "manifests") });

  /** Resolves when there is such a config map. */
  async function appeared(wanted: string): Promise<void> {
    for await (const { object } of registry.watch("configmaps", { signal: AbortSignal.timeout(10_000) }))
      if (object.metadata.name === wanted) return;
    throw new Error(`${wanted} was not applied`);
  }

  it("O1 leaves what a controller has made of its objects, and removes what a file lost while nobody looked", async () => {
    const first = await start();
    await writeFile(join(dir, "manifests/a.json"), settings("a"));
    await writeFile(join(dir, "manifests/b.json"), settings("b"));
    await Promise.all([appeared("a"), appeared("b")]);
    const { metadata } = await registry.get("configmaps", { namespace, name: "a" });
    await registry.create("configmaps", {
      metadata: {
        name: "made",
        namespace,
        annotations: metadata.annotations ?? {},
        ownerReferences: [{ apiVersion: "v1", kind: "ConfigMap", name: "a", uid: metadata.uid, controller: true }],
      },
    });
    await first.stop();
    await rm(join(dir, "manifests/b.json"));
    await writeFile(join(dir, "manifests/c.json"), settings("c"));
    parts.add(await start());
    // Files come in the order of their names, those of an earlier run first.
    await appeared("c");
    const { items } = await registry.list("configmaps", { namespace });
    expect(items.map((item) => item.metadata.name)).to.deep.equal(["a", "c", "made"]);
  });
});
