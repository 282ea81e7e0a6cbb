import type { Pod, Result } from "@ordinal/api";

/** What the downward API knows beside the pod object. */
export interface PodFacts {
  readonly podIP: string;
  readonly hostIP: string;
}

/** Reads a `fieldRef` path. Source: `pkg/fieldpath` and `podFieldSelectorRuntimeValue`. */
export function readFieldPath(path: string, pod: Pod, facts: PodFacts): Result<string, string> {
  const subscript = /^(?<map>metadata\.(?:labels|annotations))\['(?<key>.+)'\]$/.exec(path)?.groups;
  if (subscript !== undefined) {
    const map = subscript["map"] === "metadata.labels" ? pod.metadata.labels : pod.metadata.annotations;
    return { ok: true, value: map?.[subscript["key"] ?? ""] ?? "" };
  }
  const value = simpleField(path, pod, facts);
  return value === undefined ? { ok: false, error: `unsupported fieldPath: ${path}` } : { ok: true, value };
}

function simpleField(path: string, pod: Pod, facts: PodFacts): string | undefined {
  const { metadata, spec } = pod;
  switch (path) {
    case "metadata.name":
      return metadata.name;
    case "metadata.namespace":
      return metadata.namespace ?? "";
    case "metadata.uid":
      return metadata.uid;
    case "metadata.labels":
      return formatMap(metadata.labels);
    case "metadata.annotations":
      return formatMap(metadata.annotations);
    case "spec.nodeName":
      return spec.nodeName ?? "";
    case "spec.serviceAccountName":
      return spec.serviceAccountName ?? "";
    case "status.podIP":
    case "status.podIPs":
      return facts.podIP;
    case "status.hostIP":
    case "status.hostIPs":
      return facts.hostIP;
    default:
      return undefined;
  }
}

/** `key="value"` lines in order of the keys, as a downward API file has them. */
function formatMap(map: Readonly<Record<string, string>> | undefined): string {
  return Object.entries(map ?? {})
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join("\n");
}
