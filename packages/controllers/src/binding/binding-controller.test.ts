import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Client } from "@ordinal/client";
import { createStopStack, silentLogger, systemClock, type StopStack } from "@ordinal/runtime";
import { createRegistry } from "@ordinal/server";
import { openStore } from "@ordinal/store";
import { expect } from "chai";
import { createInformers } from "../informers.ts";
import { startStorageProtection } from "../protection/storage-protection.ts";
import { startBindingController } from "./binding-controller.ts";

const clock = systemClock;
const log = silentLogger;
const claim = {
  metadata: { name: "data", namespace: "default" },
  spec: { accessModes: ["ReadWriteOnce"], storageClassName: "manual", resources: { requests: { storage: "1Gi" } } },
};
const volume = (name: string) => ({
  metadata: { name },
  spec: {
    accessModes: ["ReadWriteOnce"],
    storageClassName: "manual",
    capacity: { storage: "2Gi" },
    hostPath: { path: `/tmp/${name}` },
  },
});

describe("the binding controller over a real registry", () => {
  let dir: string;
  let parts: StopStack;
  let client: Client;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "binding-"));
    parts = createStopStack();
    client = await createRegistry({ store: parts.add(await openStore({ dir })), clock });
    await client.create("namespaces", { metadata: { name: "default" } });
    const informers = parts.add(createInformers({ client, clock, log }));
    parts.add(startBindingController({ client, informers, clock, log }));
    parts.add(startStorageProtection({ client, informers, clock, log }));
  });
  afterEach(async () => {
    await parts.stop();
    await rm(dir, { recursive: true });
  });

  /** Waits for a claim's phase by watching. */
  async function claimInPhase(name: string, phase: string) {
    for await (const { object } of client.watch("persistentvolumeclaims", { signal: AbortSignal.timeout(10_000) })) {
      if (object.metadata.name === name && object.status?.phase === phase) return object;
    }
    throw new Error(`claim ${name} never was ${phase}`);
  }

  async function volumeInPhase(name: string, phase: string) {
    for await (const { object } of client.watch("persistentvolumes", { signal: AbortSignal.timeout(10_000) })) {
      if (object.metadata.name === name && object.status?.phase === phase) return object;
    }
    throw new Error(`volume ${name} never was ${phase}`);
  }

  it("S2 binds a claim and a volume to each other, whichever comes first", async () => {
    await client.create("persistentvolumeclaims", claim);
    await claimInPhase("data", "Pending");
    await client.create("persistentvolumes", volume("a"));
    const bound = await claimInPhase("data", "Bound");
    expect(bound.spec.volumeName).to.equal("a");
    expect(bound.status?.capacity).to.deep.equal({ storage: "2Gi" });
    const held = await volumeInPhase("a", "Bound");
    expect(held.spec.claimRef).to.include({ namespace: "default", name: "data", uid: bound.metadata.uid });
  });

  it("gives one volume to one of two claims, and the other keeps waiting", async () => {
    await Promise.all(
      ["one", "two"].map((name) =>
        client.create("persistentvolumeclaims", { ...claim, metadata: { ...claim.metadata, name } }),
      ),
    );
    await client.create("persistentvolumes", volume("a"));
    const held = await volumeInPhase("a", "Bound");
    const winner = held.spec.claimRef?.name ?? "";
    await claimInPhase(winner, "Bound");
    const loser = await client.get("persistentvolumeclaims", {
      namespace: "default",
      name: winner === "one" ? "two" : "one",
    });
    expect(loser.spec.volumeName).to.equal(undefined);
    await client.create("persistentvolumes", volume("b"));
    expect((await claimInPhase(loser.metadata.name, "Bound")).spec.volumeName).to.equal("b");
  });

  it("S13 S17 releases a volume whose claim is deleted, and makes it available when its claimRef is cleared", async () => {
    await client.create("persistentvolumes", volume("a"));
    await client.create("persistentvolumeclaims", claim);
    await claimInPhase("data", "Bound");
    await client.delete("persistentvolumeclaims", { namespace: "default", name: "data" });
    await volumeInPhase("a", "Released");
    await client.patch("persistentvolumes", { name: "a" }, { type: "merge", body: { spec: { claimRef: null } } });
    await volumeInPhase("a", "Available");
  });

  it("S19 marks a claim Lost whose volume is deleted", async () => {
    await client.create("persistentvolumes", volume("a"));
    await client.create("persistentvolumeclaims", claim);
    await claimInPhase("data", "Bound");
    await volumeInPhase("a", "Bound");
    await client.delete("persistentvolumes", { name: "a" });
    // Only by force, because a bound volume is protected.
    await client.patch("persistentvolumes", { name: "a" }, { type: "merge", body: { metadata: { finalizers: null } } });
    await claimInPhase("data", "Lost");
  });
});
