import type { Draft, PersistentVolume, PersistentVolumeClaim, StorageClass } from "@ordinal/api";
import type { Cluster } from "./cluster.fixture.ts";

type ClaimSpec = PersistentVolumeClaim["spec"];
type VolumeSpec = PersistentVolume["spec"];

/** A claim for 1Gi, ReadWriteOnce, of class `manual`, to be created. */
export function newClaim(name: string, spec: Partial<ClaimSpec> = {}): Draft<PersistentVolumeClaim> {
  return {
    metadata: { name, namespace: "default" },
    spec: {
      accessModes: ["ReadWriteOnce"],
      storageClassName: "manual",
      resources: { requests: { storage: "1Gi" } },
      ...spec,
    },
  };
}

/** A hostPath volume of 1Gi, ReadWriteOnce, of class `manual`, under Retain, to be created. */
export function newVolume(name: string, spec: Partial<VolumeSpec> = {}): Draft<PersistentVolume> {
  return {
    metadata: { name },
    spec: {
      accessModes: ["ReadWriteOnce"],
      storageClassName: "manual",
      capacity: { storage: "1Gi" },
      persistentVolumeReclaimPolicy: "Retain",
      hostPath: { path: `/tmp/ordinal-none/${name}` },
      ...spec,
    },
  };
}

/** A `local` volume of a node. */
export function newLocalVolume(name: string, { nodeName, ...spec }: Partial<VolumeSpec> & { nodeName: string }) {
  const { hostPath: _dropped, ...common } = newVolume(name, spec).spec;
  const hostname = { key: "kubernetes.io/hostname", operator: "In", values: [nodeName] };
  return {
    metadata: { name },
    spec: {
      ...common,
      local: { path: `/tmp/ordinal-none/${name}` },
      nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [hostname] }] } },
    },
  };
}

/** A pod that mounts these claims, to be created. */
export function newPod(name: string, ...claims: readonly string[]) {
  return {
    metadata: { name, namespace: "default" },
    spec: {
      containers: [{ name: "main", image: "pause" }],
      volumes: claims.map((claimName) => ({ name: claimName, persistentVolumeClaim: { claimName } })),
    },
  };
}

export function newClass(name: string, parts: Partial<StorageClass> = {}): Draft<StorageClass> {
  return { metadata: { name }, provisioner: "kubernetes.io/no-provisioner", ...parts };
}

export async function createNode(cluster: Cluster): Promise<void> {
  const labels = { "kubernetes.io/hostname": "ordinal" };
  await cluster.client.create("nodes", { metadata: { name: "ordinal", labels } });
}

/** Waits until the claim is in this phase, and gives it. */
export async function claimInPhase(cluster: Cluster, name: string, phase: string): Promise<PersistentVolumeClaim> {
  const isIt = (claim: PersistentVolumeClaim): boolean => claim.metadata.name === name && claim.status?.phase === phase;
  const [found] = (await cluster.until("persistentvolumeclaims", (all) => all.some(isIt))).filter(isIt);
  if (found === undefined) throw new Error(`claim ${name} is not ${phase}`);
  return found;
}

/** Waits until the volume is in this phase, and gives it. */
export async function volumeInPhase(cluster: Cluster, name: string, phase: string): Promise<PersistentVolume> {
  const isIt = (volume: PersistentVolume): boolean => volume.metadata.name === name && volume.status?.phase === phase;
  const [found] = (await cluster.until("persistentvolumes", (all) => all.some(isIt))).filter(isIt);
  if (found === undefined) throw new Error(`volume ${name} is not ${phase}`);
  return found;
}

/** Waits for an event about an object of this name, and gives its message. */
export async function eventAbout(cluster: Cluster, name: string, reason: string): Promise<string> {
  const all = await cluster.until("events", (events) =>
    events.some((event) => event.reason === reason && event.involvedObject.name === name),
  );
  return all.findLast((event) => event.reason === reason && event.involvedObject.name === name)?.message ?? "";
}
