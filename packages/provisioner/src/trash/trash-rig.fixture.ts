import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PersistentVolume, PersistentVolumeClaim } from "@ordinal/api";
import type { Client } from "@ordinal/client";
import { createStopStack, silentLogger, systemClock, type Stoppable } from "@ordinal/runtime";
import { createRegistry } from "@ordinal/server";
import { openStore } from "@ordinal/store";
import { openKnownBases } from "../backend/known-bases.ts";
import type { VolumePlace, VolumePlan, VolumeRequest } from "../backend/volume-backend.ts";
import { nodeDisk } from "../disk/disk.ts";
import { openTrash, type Trash, type TrashOptions } from "./trash.ts";

/** A registry, a base for volumes in a directory of its own, and trashes that are stopped with it. */
export interface TrashRig extends Stoppable {
  readonly dir: string;
  readonly base: string;
  readonly client: Client;
  open(options?: Partial<TrashOptions>): Promise<Trash>;
  /** A volume with one file `data` of its claim's name, and its object. */
  volume(claim: string, more?: Partial<PersistentVolume["spec"]>): Promise<Placed>;
  /** What is asked for when a claim of this name wants its bytes back. */
  asking(claim: string, from: string, more?: { readonly size?: string; readonly uid?: string }): Asking;
}

export interface Placed {
  readonly place: VolumePlace;
  readonly volume: PersistentVolume;
}

export interface Asking {
  readonly plan: VolumePlan;
  readonly request: VolumeRequest;
}

export const localPath = "rancher.io/local-path";

export async function startTrashRig(): Promise<TrashRig> {
  const dir = await mkdtemp(join(tmpdir(), "ordinal-trash-"));
  const base = join(dir, "volumes");
  await mkdir(base);
  const parts = createStopStack();
  const store = parts.add(await openStore({ dir: join(dir, "store") }));
  const client = await createRegistry({ store, clock: systemClock });
  await client.create("namespaces", { metadata: { name: "default" } });
  return {
    dir,
    base,
    client,
    open: async (options = {}) =>
      parts.add(
        await openTrash({
          client,
          clock: systemClock,
          log: silentLogger,
          bases: await openKnownBases(base, options.disk ?? nodeDisk),
          minFree: { percent: 0 },
          checkMs: 10,
          ...options,
        }),
      ),
    async volume(claim, more = {}) {
      const volume = volumeFor(claim, more);
      const place = { base, path: join(base, `${volume.metadata.name}_default_${claim}`) };
      await mkdir(join(place.path, "deep/er"), { recursive: true });
      await writeFile(join(place.path, "data"), claim);
      await writeFile(join(place.path, "deep/er/data"), claim);
      return { place, volume };
    },
    asking(claim, from, { size = "1Gi", uid = crypto.randomUUID() } = {}) {
      const asked = claimFor(claim, { from, size, uid });
      const name = `pvc-${uid}`;
      const plan = {
        base,
        path: join(base, `${name}_default_${claim}`),
        volume: { ...volumeFor(claim, {}), metadata: { name } },
      };
      return { plan, request: { claim: asked, storageClass: storageClass(), nodeName: "ordinal" } };
    },
    async stop() {
      await parts.stop();
      await rm(dir, { recursive: true });
    },
  };
}

/** What the file of a volume says, undefined when it is not there. */
export async function bytesAt(path: string): Promise<string | undefined> {
  return await readFile(join(path, "data"), "utf8").catch(() => undefined);
}

function volumeFor(claim: string, more: Partial<PersistentVolume["spec"]>): PersistentVolume {
  const uid = crypto.randomUUID();
  return {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: {
      name: `pvc-${uid}`,
      uid: crypto.randomUUID(),
      resourceVersion: "1",
      creationTimestamp: "2026-01-01T00:00:00Z",
      annotations: { "pv.kubernetes.io/provisioned-by": localPath },
    },
    spec: {
      accessModes: ["ReadWriteOnce"],
      capacity: { storage: "1Gi" },
      claimRef: { apiVersion: "v1", kind: "PersistentVolumeClaim", namespace: "default", name: claim, uid },
      storageClassName: "local-path",
      ...more,
    },
  };
}

function claimFor(
  name: string,
  { from, size, uid }: { from: string; size: string; uid: string },
): PersistentVolumeClaim {
  return {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: {
      name,
      namespace: "default",
      uid,
      resourceVersion: "1",
      creationTimestamp: "2026-01-01T00:00:00Z",
      annotations: { "ordinal.internal/restore-from": from },
    },
    spec: {
      accessModes: ["ReadWriteOnce"],
      storageClassName: "local-path",
      resources: { requests: { storage: size } },
    },
  };
}

function storageClass(): VolumeRequest["storageClass"] {
  return {
    apiVersion: "storage.k8s.io/v1",
    kind: "StorageClass",
    metadata: { name: "local-path", uid: "c", resourceVersion: "1", creationTimestamp: "2026-01-01T00:00:00Z" },
    provisioner: localPath,
  };
}
