import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type {
  Draft,
  ObjectOf,
  PersistentVolume,
  PersistentVolumeClaim,
  ResourceName,
  StorageClass,
} from "@ordinal/api";
import type { Client } from "@ordinal/client";
import { createStopStack, silentLogger, systemClock, type Stoppable } from "@ordinal/runtime";
import { createRegistry } from "@ordinal/server";
import { openStore } from "@ordinal/store";
import { startLettingGo } from "./protection.fixture.ts";
import { startReleasing } from "./releasing.fixture.ts";
import { startProvisioner, type ProvisionerOptions } from "./provisioner.ts";

/** A real registry with the class `local-path`, a directory for volumes, and provisioners that are stopped with it. */
export interface ProvisionerRig extends Stoppable {
  readonly dir: string;
  readonly volumesDir: string;
  readonly client: Client;
  start(options?: Partial<ProvisionerOptions>): Promise<Stoppable>;
  storageClass(name: string, more?: Partial<Draft<StorageClass>>): Promise<StorageClass>;
  /** A claim that asks rancher's provisioner, as the binding controller would have it ask. */
  claim(name: string, more?: ClaimChanges): Promise<PersistentVolumeClaim>;
  /** The claim's volume, once it is there. */
  volumeOf(claim: PersistentVolumeClaim): Promise<PersistentVolume>;
  /** Does what the binding controller does when a claim has its volume. */
  bind(claim: PersistentVolumeClaim): Promise<PersistentVolume>;
  /** Deletes the claim. Its volume, if there is one, becomes Released in a moment. */
  deleteClaim(claim: PersistentVolumeClaim): Promise<void>;
  setPhase(volumeName: string, phase: string): Promise<void>;
  /** The message of the first event of this reason, about this object if one is given. */
  event(reason: string, about?: string): Promise<string>;
  /** Resolves with the first state of the objects for which it holds; fails after ten seconds. */
  until<R extends ResourceName>(
    resource: R,
    isIt: (objects: readonly ObjectOf<R>[]) => boolean,
  ): Promise<readonly ObjectOf<R>[]>;
  /** What is in a directory but the names of our own, which begin with a dot. */
  names(directory?: string): Promise<readonly string[]>;
}

export interface ClaimChanges {
  readonly className?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly namespace?: string;
  readonly spec?: Partial<PersistentVolumeClaim["spec"]>;
}

export const rancher = "rancher.io/local-path";
const asked = { "volume.kubernetes.io/storage-provisioner": rancher };

/** In a new directory, or in one where an earlier rig was. */
export async function startProvisionerRig(earlier?: string): Promise<ProvisionerRig> {
  const dir = earlier ?? (await mkdtemp(join(tmpdir(), "ordinal-provisioner-")));
  const volumesDir = join(dir, "volumes");
  const parts = createStopStack();
  const [clock, log] = [systemClock, silentLogger];
  const client = await createRegistry({ store: parts.add(await openStore({ dir: join(dir, "store") })), clock });
  const isNew = (await client.list("namespaces")).items.length === 0;
  if (isNew) for (const name of ["default", "other"]) await client.create("namespaces", { metadata: { name } });
  parts.add(startLettingGo({ client, clock, log }));
  parts.add(startReleasing({ client, clock, log }));

  async function until<R extends ResourceName>(resource: R, isIt: (objects: readonly ObjectOf<R>[]) => boolean) {
    const { items, revision } = await client.list(resource);
    const objects = new Map(items.map((item) => [item.metadata.uid, item]));
    if (isIt([...objects.values()])) return [...objects.values()];
    const signal = AbortSignal.timeout(10_000);
    for await (const { type, object } of client.watch(resource, { fromRevision: revision, signal })) {
      if (type === "BOOKMARK") continue;
      if (type === "DELETED") objects.delete(object.metadata.uid);
      else objects.set(object.metadata.uid, object);
      if (isIt([...objects.values()])) return [...objects.values()];
    }
    throw new Error(`waited in vain for ${resource}`);
  }

  async function volumeOf(claim: PersistentVolumeClaim): Promise<PersistentVolume> {
    const isIt = (volume: PersistentVolume) => volume.metadata.name === nameOf(claim);
    const [volume] = (await until("persistentvolumes", (volumes) => volumes.some(isIt))).filter(isIt);
    if (volume === undefined) throw new Error("unreachable: the volume was there");
    return volume;
  }

  async function setPhase(name: string, phase: string): Promise<void> {
    await client.patch(
      "persistentvolumes",
      { name },
      { type: "merge", body: { status: { phase } }, subresource: "status" },
    );
  }

  const rig: ProvisionerRig = {
    dir,
    volumesDir,
    client,
    until,
    volumeOf,
    setPhase,
    start: async (options = {}) =>
      parts.add(
        await startProvisioner({
          client,
          clock,
          log,
          volumesDir,
          retryMs: 5,
          trash: { minFree: { percent: 0 }, checkMs: 3_600_000 },
          ...options,
        }),
      ),
    storageClass: async (name, more = {}) =>
      await client.create("storageclasses", { provisioner: rancher, ...more, metadata: { ...more.metadata, name } }),
    claim: async (
      name,
      { className = "local-path", annotations = {}, labels = {}, namespace = "default", spec = {} } = {},
    ) =>
      await client.create("persistentvolumeclaims", {
        metadata: { name, namespace, labels, annotations: { ...asked, ...annotations } },
        spec: {
          accessModes: ["ReadWriteOnce"],
          storageClassName: className,
          resources: { requests: { storage: "1Gi" } },
          ...spec,
        },
      }),
    async bind(claim) {
      const volume = await volumeOf(claim);
      const body = { spec: { volumeName: volume.metadata.name } };
      await client.patch("persistentvolumeclaims", refOf(claim), { type: "merge", body });
      await setPhase(volume.metadata.name, "Bound");
      return await client.get("persistentvolumes", { name: volume.metadata.name });
    },
    async deleteClaim(claim) {
      await client.delete("persistentvolumeclaims", refOf(claim));
      await until("persistentvolumeclaims", (claims) =>
        claims.every(({ metadata }) => metadata.uid !== claim.metadata.uid),
      );
    },
    async event(reason, about) {
      const isIt = (event: ObjectOf<"events">) =>
        event.reason === reason && (about === undefined || event.involvedObject.name === about);
      const events = await until("events", (all) => all.some(isIt));
      return events.find(isIt)?.message ?? "";
    },
    names: async (directory = volumesDir) =>
      (await readdir(directory)).filter((name) => !name.startsWith(".")).toSorted(),
    async stop() {
      await parts.stop();
      await rm(dir, { recursive: true });
    },
  };
  if (isNew) {
    await mkdir(volumesDir);
    await rig.storageClass("local-path");
  }
  return rig;
}

/** Puts a file into a volume, as its pod would. */
export async function putData(volume: PersistentVolume, text: string): Promise<string> {
  const path = volume.spec.hostPath?.path ?? volume.spec.local?.path ?? "";
  await writeFile(join(path, "data"), text);
  return path;
}

/** Repeats a check until it holds, for facts that nobody announces; throws its last failure after ten seconds. */
export async function eventually(check: () => Promise<unknown>): Promise<void> {
  const end = Date.now() + 10_000;
  for (;;) {
    try {
      await check();
      return;
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }
}

function refOf({ metadata }: PersistentVolumeClaim) {
  return { namespace: metadata.namespace ?? "", name: metadata.name };
}

function nameOf({ metadata }: PersistentVolumeClaim): string {
  return `pvc-${metadata.uid}`;
}
