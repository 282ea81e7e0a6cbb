import {
  controllerReference,
  labels,
  type Draft,
  type Pod,
  type PodTemplate,
  type StatefulSet,
  type Volume,
} from "@ordinal/api";
import { claimName } from "./claims.ts";

/** One recorded state of the pod template. Pods carry the name in their label `controller-revision-hash`. */
export interface Revision {
  readonly name: string;
  readonly template: PodTemplate;
}

export function podName(set: StatefulSet, ordinal: number): string {
  return `${set.metadata.name}-${ordinal}`;
}

/** The ordinal in a pod's name, or undefined where the name is not one this set gives. */
export function ordinalOf(set: StatefulSet, name: string): number | undefined {
  const digits = /-(?<ordinal>0|[1-9][0-9]*)$/.exec(name)?.groups?.["ordinal"];
  if (digits === undefined || `${set.metadata.name}-${digits}` !== name) return undefined;
  return Number(digits);
}

/** The first ordinal and, not included, the one after the last. */
export function ordinalRange(set: StatefulSet): { readonly start: number; readonly end: number } {
  const start = set.spec.ordinals?.start ?? 0;
  return { start, end: start + (set.spec.replicas ?? 1) };
}

export function isInRange(set: StatefulSet, ordinal: number): boolean {
  const { start, end } = ordinalRange(set);
  return ordinal >= start && ordinal < end;
}

/** The revision a pod was made from; `""` for a pod that does not say. */
export function revisionOf(pod: Pod): string {
  return pod.metadata.labels?.[labels.controllerRevisionHash] ?? "";
}

/** A new pod of the set. Source: `newStatefulSetPod`, `GetPodFromTemplate`. */
export function newPod(set: StatefulSet, ordinal: number, revision: Revision): Draft<Pod> {
  const { metadata, spec } = revision.template;
  const name = podName(set, ordinal);
  return {
    metadata: {
      name,
      generateName: `${set.metadata.name}-`,
      ...(set.metadata.namespace === undefined ? {} : { namespace: set.metadata.namespace }),
      labels: {
        ...metadata?.labels,
        ...identityLabels(name, ordinal),
        [labels.controllerRevisionHash]: revision.name,
      },
      ...(metadata?.annotations === undefined ? {} : { annotations: metadata.annotations }),
      ...(metadata?.finalizers === undefined ? {} : { finalizers: metadata.finalizers }),
      ownerReferences: [controllerReference(set)],
    },
    spec: {
      containers: [],
      ...spec,
      hostname: name,
      ...(set.spec.serviceName ? { subdomain: set.spec.serviceName } : {}),
      ...volumesOf(set, { ordinal, volumes: spec?.volumes ?? [] }),
    },
  };
}

/** The pod with its labels and claim volumes put right, or undefined when nothing is wrong with them. */
export function restoredPod(set: StatefulSet, ordinal: number, pod: Pod): Pod | undefined {
  const wanted = identityLabels(podName(set, ordinal), ordinal);
  const hasIdentity = Object.entries(wanted).every(([key, value]) => pod.metadata.labels?.[key] === value);
  const hasStorage = (set.spec.volumeClaimTemplates ?? []).every((template) =>
    (pod.spec.volumes ?? []).some(
      (volume) =>
        volume.name === template.metadata?.name &&
        volume.persistentVolumeClaim?.claimName === claimName(set, template, ordinal),
    ),
  );
  if (hasIdentity && hasStorage) return undefined;
  return {
    ...pod,
    metadata: { ...pod.metadata, labels: { ...pod.metadata.labels, ...wanted } },
    spec: { ...pod.spec, ...volumesOf(set, { ordinal, volumes: pod.spec.volumes ?? [] }) },
  };
}

function identityLabels(name: string, ordinal: number): Readonly<Record<string, string>> {
  return { [labels.podName]: name, [labels.podIndex]: String(ordinal) };
}

/** A claim's volume wins over a volume of the template that has its name. */
function volumesOf(
  set: StatefulSet,
  { ordinal, volumes }: { readonly ordinal: number; readonly volumes: readonly Volume[] },
): { readonly volumes?: readonly Volume[] } {
  const claimed = (set.spec.volumeClaimTemplates ?? []).map((template): Volume => ({
    name: template.metadata?.name ?? "",
    persistentVolumeClaim: { claimName: claimName(set, template, ordinal) },
  }));
  const names = new Set(claimed.map((volume) => volume.name));
  const all = [...claimed, ...volumes.filter((volume) => !names.has(volume.name))];
  return all.length === 0 ? {} : { volumes: all };
}
