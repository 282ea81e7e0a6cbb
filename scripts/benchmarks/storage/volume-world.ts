import { lstat } from "node:fs/promises";
import { join } from "node:path";
import type { PersistentVolume, PersistentVolumeClaim } from "@ordinal/api";
import { createHttpsClient, loadKubeconfig, startInformer, type Client, type Informer } from "@ordinal/client";
import { atMost, hasCode, silentLogger, systemClock } from "@ordinal/runtime";
import { timed } from "./floor.ts";

/** Claims and volumes as a client sees them: over HTTPS, by watching. */
export interface VolumeWorld {
  readonly client: Client;
  readonly claims: Informer<PersistentVolumeClaim>;
  readonly volumes: Informer<PersistentVolume>;
  /** Creates a claim, and resolves when the client sees that it is bound: in how many milliseconds. */
  readonly bind: (name: string) => Promise<number>;
  /** Reads one object over HTTPS: in how many milliseconds. */
  readonly read: () => Promise<number>;
  /** Deletes a claim, and resolves when its volume and the volume's directory are gone: in how many milliseconds. */
  readonly remove: (name: string) => Promise<number>;
  close(): Promise<void>;
}

const namespace = "default";
const storageClassName = "bench-now";
/** Each has a connection of its own, whose TLS handshake would be what is measured if there were a thousand. */
export const requestsAtOnce = 64;

/** Makes a class whose volumes are made at once. */
export async function createVolumeWorld(dataDir: string): Promise<VolumeWorld> {
  const access = await loadKubeconfig(join(dataDir, "kubeconfig"));
  const client = createHttpsClient({ access, clock: systemClock, log: silentLogger });
  const common = { client, clock: systemClock, log: silentLogger };
  const claims = startInformer("persistentvolumeclaims", common);
  const volumes = startInformer("persistentvolumes", common);
  await Promise.all([claims.synced, volumes.synced]);
  await client.create("storageclasses", {
    metadata: { name: storageClassName },
    provisioner: "rancher.io/local-path",
    volumeBindingMode: "Immediate",
  });
  const spec = { storageClassName, accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } };
  const send = atMost(requestsAtOnce);
  const isBound = waiting(claims, (claim) => claim.status?.phase === "Bound" && claim.metadata.name);
  const isGone = waitingForEnd(volumes);

  return {
    client,
    claims,
    volumes,
    async bind(name) {
      const begun = performance.now();
      const bound = isBound(name);
      await send(async () => await client.create("persistentvolumeclaims", { metadata: { name, namespace }, spec }));
      return (await bound) - begun;
    },
    read: async () => await timed(async () => void (await client.get("storageclasses", { name: storageClassName }))),
    async remove(name) {
      const volume = claims.get(`${namespace}/${name}`)?.spec.volumeName ?? "";
      const path = volumes.get(volume)?.spec.hostPath?.path ?? "";
      const begun = performance.now();
      const gone = isGone(volume);
      await send(async () => await client.delete("persistentvolumeclaims", { namespace, name }));
      const seen = await gone;
      if (await isThere(path)) throw new Error(`${path} is still there, though its volume is gone`);
      return seen - begun;
    },
    async close() {
      await Promise.all([claims.stop(), volumes.stop()]);
      await client.stop();
    },
  };
}

/** Waits for many things at once by one listener; resolves with the time at which each was seen. */
function waiting<T>(informer: Informer<T>, nameOf: (object: T) => string | false): (name: string) => Promise<number> {
  const waiters = new Map<string, (at: number) => void>();
  informer.onChange(({ after }) => {
    const name = after === undefined ? false : nameOf(after);
    if (name === false) return;
    waiters.get(name)?.(performance.now());
    waiters.delete(name);
  });
  return async (name) => await new Promise((resolve) => waiters.set(name, resolve));
}

function waitingForEnd(informer: Informer<PersistentVolume>): (name: string) => Promise<number> {
  const waiters = new Map<string, (at: number) => void>();
  informer.onChange(({ before, after }) => {
    if (before === undefined || after !== undefined) return;
    waiters.get(before.metadata.name)?.(performance.now());
    waiters.delete(before.metadata.name);
  });
  return async (name) => await new Promise((resolve) => waiters.set(name, resolve));
}

async function isThere(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (hasCode(error, "ENOENT")) return false;
    throw error;
  }
}
