import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createFakeClock } from "@ordinal/runtime";
import { openStore, StorageError, type Store } from "@ordinal/store";
import { expect } from "chai";
import { createRegistry } from "./create-registry.ts";
import { podDraft, refusalOf } from "./registry-rig.fixture.ts";

describe("createRegistry", () => {
  let dir: string;
  let store: Store;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "ordinal-registry-"));
    store = await openStore({ dir });
  });
  afterEach(async () => {
    await store.stop();
    await rm(dir, { recursive: true });
  });

  const clock = createFakeClock();
  const at = { namespace: "default", name: "web-0" };

  it("refuses a range that cannot be one for services", async () => {
    const created = await createRegistry({ store, clock, serviceRange: "10.96.0.1" }).catch((error: unknown) => error);
    expect(created).to.be.instanceOf(RangeError);
  });

  it("answers ServiceUnavailable once the store is closed", async () => {
    const registry = await createRegistry({ store, clock });
    await store.stop();
    const unavailable = `ServiceUnavailable 503: the store in ${dir} is closed`;
    const { signal } = new AbortController();
    const watching = registry.watch("pods", { fromRevision: 0, signal })[Symbol.asyncIterator]();
    for (const call of [
      registry.get("pods", at),
      registry.list("pods"),
      registry.create("namespaces", { metadata: { name: "x" } }),
      registry.delete("pods", at),
      registry.patch("pods", at, { type: "merge", body: {} }),
      watching.next(),
    ]) {
      expect(await refusalOf(call)).to.equal(unavailable);
    }
  });

  it("passes on what the store says when it cannot write", async () => {
    const full: Store = { ...store, put: () => Promise.reject(new StorageError("no space left; free some")) };
    const registry = await createRegistry({ store: full, clock });
    expect(await refusalOf(registry.create("namespaces", { metadata: { name: "default" } }))).to.equal(
      "InternalError 500: no space left; free some",
    );
  });

  it("A20 has the objects of an earlier run, and numbers new ones after them", async () => {
    const first = await createRegistry({ store, clock });
    await first.create("namespaces", { metadata: { name: "default" } });
    const pod = await first.create("pods", podDraft("web-0"));
    await store.stop();
    store = await openStore({ dir });
    const second = await createRegistry({ store, clock });
    expect(await second.get("pods", at)).to.deep.equal(pod);
    expect(second.revision()).to.equal(2);
    expect((await second.create("pods", podDraft("web-1"))).metadata.resourceVersion).to.equal("3");
  });
});
