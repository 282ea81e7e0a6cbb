import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ObjectOf, ResourceName } from "@ordinal/api";
import { createEventRecorder, startInformer, type Client } from "@ordinal/client";
import { createStopStack, silentLogger, systemClock, type StopStack } from "@ordinal/runtime";
import { createRegistry } from "@ordinal/server";
import { openStore } from "@ordinal/store";
import { expect } from "chai";
import type { Growth, PersistentVolumePlugin } from "../persistent/persistent-volume.ts";
import { startNodeExpansion } from "./node-expansion.ts";

const clock = systemClock;
const log = silentLogger;
const at = { namespace: "default", name: "data" };

describe("the node's half of an expansion, over a real registry", () => {
  let dir: string;
  let parts: StopStack;
  let client: Client;
  /** What the plugin does when it is asked to grow a volume. */
  let growth: () => Promise<Growth>;
  let asked: readonly string[];

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "ordinal-node-expansion-"));
    parts = createStopStack();
    asked = [];
    client = await createRegistry({ store: parts.add(await openStore({ dir })), clock });
    for (const name of ["default", "kube-system"]) await client.create("namespaces", { metadata: { name } });
    const plugin: PersistentVolumePlugin = {
      source: "csi",
      setUp: async () => ({ ok: false, error: "not asked for here" }),
      node: {
        find: async () => [],
        tearDown: async () => {},
        async grow({ metadata }) {
          asked = [...asked, metadata.name];
          return await growth();
        },
      },
    };
    parts.add(
      startNodeExpansion({
        client,
        clock,
        log,
        events: createEventRecorder({ client, clock, log, component: "kubelet" }),
        pods: parts.add(startInformer("pods", { client, clock, log })),
        persistentVolumes: { plugins: [plugin], exclusively: async (_name, work) => await work() },
        nodeName: "ordinal",
      }),
    );
  });
  afterEach(async () => {
    await parts.stop();
    await rm(dir, { recursive: true });
  });

  async function until<R extends ResourceName>(
    resource: R,
    isIt: (object: ObjectOf<R>) => boolean,
  ): Promise<ObjectOf<R>> {
    let last = "nothing";
    for await (const { object, type } of client.watch(resource, { signal: AbortSignal.timeout(10_000) })) {
      if (type !== "DELETED" && isIt(object)) return object;
      last = JSON.stringify(object);
    }
    throw new Error(`waited in vain for ${resource}; the last was ${last}`);
  }

  /** A claim whose volume the provisioner has made larger. */
  async function pending(): Promise<void> {
    const claim = await client.create("persistentvolumeclaims", {
      metadata: at,
      spec: {
        accessModes: ["ReadWriteOnce"],
        storageClassName: "local-image",
        volumeName: "pvc-1",
        resources: { requests: { storage: "2Gi" } },
      },
    });
    await client.create("persistentvolumes", {
      metadata: { name: "pvc-1" },
      spec: {
        accessModes: ["ReadWriteOnce"],
        capacity: { storage: "2Gi" },
        claimRef: { ...at, uid: claim.metadata.uid },
        csi: { driver: "x", volumeHandle: "y" },
      },
    });
    const status = {
      phase: "Bound",
      capacity: { storage: "1Gi" },
      allocatedResources: { storage: "2Gi" },
      allocatedResourceStatuses: { storage: "NodeResizePending" },
      conditions: [{ type: "FileSystemResizePending", status: "True" }],
    };
    await client.update("persistentvolumeclaims", { ...claim, status }, { subresource: "status" });
  }

  async function usePod(): Promise<void> {
    await client.create("pods", {
      metadata: { namespace: "default", name: "db-0" },
      spec: {
        nodeName: "ordinal",
        containers: [{ name: "main", image: "host" }],
        volumes: [{ name: "v", persistentVolumeClaim: { claimName: "data" } }],
      },
    });
  }

  it("S26 gives the claim the size its volume has, when the file system has it", async () => {
    growth = async () => ({ is: "done" });
    await usePod();
    await pending();
    const { status } = await until("persistentvolumeclaims", (claim) => claim.status?.capacity?.["storage"] === "2Gi");
    expect(status).not.to.have.any.keys("conditions", "allocatedResourceStatuses");
    for (const name of ["data", "db-0"]) {
      const event = await until("events", ({ involvedObject }) => involvedObject.name === name);
      expect(event.reason).to.equal("FileSystemResizeSuccessful");
      expect(event.message).to.equal('MountVolume.NodeExpandVolume succeeded for volume "pvc-1" ordinal');
    }
  });

  it("S26 looks again when a pod of the claim changes, and leaves alone what is not set up", async () => {
    const first = Promise.withResolvers<void>();
    growth = async () => {
      first.resolve();
      return { is: "later" };
    };
    await pending();
    await first.promise;
    const claim = await client.get("persistentvolumeclaims", at);
    expect(claim.status?.allocatedResourceStatuses).to.deep.equal({ storage: "NodeResizePending" });
    growth = async () => ({ is: "done" });
    await usePod();
    await until("persistentvolumeclaims", ({ status }) => status?.capacity?.["storage"] === "2Gi");
  });

  it("S26 says why a file system does not grow, and tries again", async () => {
    growth = async () => {
      throw new Error("the disk is on fire");
    };
    await pending();
    const { status } = await until("persistentvolumeclaims", ({ status: now }) =>
      (now?.conditions ?? []).some(({ type }) => type === "NodeResizeError"),
    );
    expect(status?.allocatedResourceStatuses).to.deep.equal({ storage: "NodeResizeInProgress" });
    expect(status?.conditions?.at(-1)?.message).to.equal("failed to expand pvc with the disk is on fire");
    expect((await until("events", ({ reason }) => reason === "VolumeResizeFailed")).message).to.equal(
      'NodeExpandVolume.NodeExpandVolume failed for volume "pvc-1" : the disk is on fire',
    );
    growth = async () => ({ is: "done" });
    await until("persistentvolumeclaims", (claim) => claim.status?.capacity?.["storage"] === "2Gi");
    expect(asked.length).to.be.above(1);
  });

  it("S26 says once that a volume waits for its pods to be started again", async () => {
    growth = async () => ({ is: "in use", why: "it may not" });
    await pending();
    const event = await until("events", ({ reason }) => reason === "VolumeResizeFailed");
    expect(event.message).to.equal(
      'NodeExpandVolume of volume "pvc-1" waits until its pods are started again: it may not',
    );
    await usePod();
    growth = async () => ({ is: "done" });
    await client.patch("pods", { ...at, name: "db-0" }, { type: "merge", body: { metadata: { labels: { a: "b" } } } });
    await until("persistentvolumeclaims", (claim) => claim.status?.capacity?.["storage"] === "2Gi");
    expect((await client.get("events", { namespace: "default", name: event.metadata.name })).count).to.equal(1);
  });
});
