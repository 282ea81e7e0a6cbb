import {
  annotations,
  isPodReady,
  isTerminating,
  type PersistentVolume,
  type PersistentVolumeClaim,
  type Pod,
} from "@ordinal/api";

/** One pod as `ordinal status` shows it. Empty text where there is nothing to show. */
export interface PodLine {
  /** `namespace/name` */
  readonly pod: string;
  readonly state: string;
  /** The DNS name, for a pod with a governing service. */
  readonly name: string;
  readonly address: string;
  /** `localhost:20080->80`, comma-separated. */
  readonly localhost: string;
  /** Host directories behind the pod's claims. */
  readonly volumes: readonly string[];
}

interface World {
  readonly pods: readonly Pod[];
  readonly claims: readonly PersistentVolumeClaim[];
  readonly volumes: readonly PersistentVolume[];
}

export function describePods({ pods, claims, volumes }: World): readonly PodLine[] {
  const claimOf = new Map(claims.map((claim) => [`${claim.metadata.namespace}/${claim.metadata.name}`, claim]));
  const volumeOf = new Map(volumes.map((volume) => [volume.metadata.name, volume]));
  const directoriesOf = (pod: Pod): readonly string[] =>
    (pod.spec.volumes ?? []).flatMap(({ persistentVolumeClaim }) => {
      const claim = claimOf.get(`${pod.metadata.namespace}/${persistentVolumeClaim?.claimName ?? ""}`);
      const volume = volumeOf.get(claim?.spec.volumeName ?? "");
      return volume?.spec.hostPath?.path ?? volume?.spec.local?.path ?? [];
    });
  return pods
    .map((pod) => ({
      pod: `${pod.metadata.namespace}/${pod.metadata.name}`,
      state: stateOf(pod),
      name: nameOf(pod),
      address: pod.status?.podIP ?? "",
      localhost: localhostOf(pod),
      volumes: directoriesOf(pod),
    }))
    .toSorted((a, b) => a.pod.localeCompare(b.pod, "en", { numeric: true }));
}

function stateOf(pod: Pod): string {
  if (isTerminating(pod)) return "Terminating";
  const waiting = (pod.status?.containerStatuses ?? [])
    .map(({ state }) => state?.waiting?.reason)
    .find((reason) => reason !== undefined);
  if (waiting !== undefined) return waiting;
  const phase = pod.status?.phase ?? "Pending";
  return phase === "Running" ? (isPodReady(pod) ? "Ready" : "Running") : phase;
}

/** Without the zone, as it is asked for inside pods; a search list or the zone completes it. */
function nameOf(pod: Pod): string {
  const { hostname, subdomain } = pod.spec;
  if (hostname === undefined || subdomain === undefined || subdomain === "") return "";
  return `${hostname}.${subdomain}.${pod.metadata.namespace}.svc`;
}

function localhostOf(pod: Pod): string {
  const pairs = pod.metadata.annotations?.[annotations.localhostPorts]?.split(",") ?? [];
  return pairs
    .map((pair) => pair.split("="))
    .map(([containerPort, port]) => `localhost:${port}->${containerPort}`)
    .join(", ");
}
