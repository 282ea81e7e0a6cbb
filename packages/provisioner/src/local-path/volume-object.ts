import { labels, type Draft, type Node, type PersistentVolume, type Result } from "@ordinal/api";
import type { VolumeRequest } from "../backend/volume-backend.ts";
import { madeOnNode } from "../provision/whereabouts.ts";

export interface VolumeFacts {
  readonly path: string;
  /** Every node sees the path. */
  readonly isShared: boolean;
  /** The labels of the node it is on. */
  readonly nodeLabels: Node["metadata"]["labels"];
}

/** The object for a directory, in the shape rancher's provisioner gives it. Source: rancher `provisionFor`, `createPersistentVolumeSource`. */
export function volumeObject(
  { claim, storageClass, nodeName }: VolumeRequest,
  { path, isShared, nodeLabels = {} }: VolumeFacts,
): Result<Draft<PersistentVolume>, string> {
  const type =
    claim.metadata.annotations?.["volumeType"] ??
    storageClass.metadata.annotations?.["defaultVolumeType"] ??
    "hostPath";
  const source = sourceOf(type, path);
  if (source === undefined)
    return {
      ok: false,
      error: `failed to create persistent volume source: ${JSON.stringify(type)} is not a recognised volume type`,
    };
  const wanted = storageClass.parameters?.["nodeAffinityKey"] ?? "";
  const key = wanted === "" ? labels.hostname : wanted;
  const onNode = { key, operator: "In", values: [nodeLabels[key] ?? nodeName] };
  return {
    ok: true,
    value: {
      metadata: { annotations: { [madeOnNode]: nodeName } },
      spec: {
        accessModes: claim.spec.accessModes ?? [],
        capacity: { storage: claim.spec.resources?.requests?.["storage"] ?? "0" },
        ...source,
        ...(isShared ? {} : { nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [onNode] }] } } }),
        volumeMode: "Filesystem",
      },
    },
  };
}

function sourceOf(type: string, path: string): Pick<PersistentVolume["spec"], "hostPath" | "local"> | undefined {
  if (type.toLowerCase() === "local") return { local: { path } };
  if (type.toLowerCase() === "hostpath") return { hostPath: { path, type: "DirectoryOrCreate" } };
  return undefined;
}
