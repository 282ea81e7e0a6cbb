import { join } from "node:path";
import {
  labels,
  wellKnown,
  type Draft,
  type PersistentVolume,
  type PersistentVolumeClaim,
  type Result,
} from "@ordinal/api";
import type { VolumePlan, VolumeRequest } from "../backend/volume-backend.ts";
import { volumeName } from "../provision/plan-claim.ts";
import { madeOnNode } from "../provision/whereabouts.ts";
import { imageBytes } from "./image-size.ts";
import { readParameters, type Allocation } from "./parameters.ts";

/** What a file system allows for one name. */
const longestName = 255;

/** The directory and the object of a claim's image, or why there can be none. Touches nothing. */
export function planImage(request: VolumeRequest, base: string): Result<VolumePlan, string> {
  const { claim, storageClass } = request;
  const problem = claimProblem(claim);
  if (problem !== undefined) return { ok: false, error: problem };
  const parameters = readParameters(storageClass);
  if (!parameters.ok) return parameters;
  const size = imageBytes(requestOf(claim));
  if (!size.ok) return size;
  const { name, namespace = "", uid } = claim.metadata;
  const directory = `${volumeName(uid)}_${namespace}_${name}`;
  if (Buffer.byteLength(directory) > longestName) {
    return {
      ok: false,
      error: `the directory name ${directory} is longer than the ${longestName} bytes a file system allows: give the claim a shorter name`,
    };
  }
  const path = join(base, directory);
  return { ok: true, value: { base, path, volume: volumeFor(request, path, parameters.value.allocation) } };
}

/** The quantity of storage a claim asks for. */
function requestOf({ spec }: PersistentVolumeClaim): string {
  return spec.resources?.requests?.["storage"] ?? "0";
}

function claimProblem({ spec }: PersistentVolumeClaim): string | undefined {
  if (spec.volumeMode === "Block") return "block volumes are not supported by local-image: use volumeMode Filesystem";
  if (spec.selector !== undefined) return "claim.spec.selector is not supported: volumes are made for the claim";
  const shared = (spec.accessModes ?? []).find((mode) => mode !== "ReadWriteOnce" && mode !== "ReadWriteOncePod");
  if (shared === undefined) return undefined;
  return `local-image volumes are on one node: access mode ${shared} is not supported, use ReadWriteOnce`;
}

/** The object in the shape of a CSI driver's, whose `volumeAttributes` are for the node that mounts it. */
function volumeFor({ claim, nodeName }: VolumeRequest, path: string, allocation: Allocation): Draft<PersistentVolume> {
  const hostname = { key: labels.hostname, operator: "In", values: [nodeName] };
  return {
    metadata: { annotations: { [madeOnNode]: nodeName } },
    spec: {
      accessModes: claim.spec.accessModes ?? [],
      capacity: { storage: requestOf(claim) },
      csi: {
        driver: wellKnown.localImageProvisioner,
        volumeHandle: volumeName(claim.metadata.uid),
        fsType: "ext4",
        volumeAttributes: { path, allocation },
      },
      nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [hostname] }] } },
      volumeMode: "Filesystem",
    },
  };
}
