import { parseQuantity } from "@ordinal/api";
import type { VolumeRequest } from "../backend/volume-backend.ts";

/** Why a directory cannot serve this claim, or undefined. Source: rancher `provisionFor`, sig-storage-lib `canProvision`. */
export function refusal({ claim, storageClass }: VolumeRequest, isShared: boolean): string | undefined {
  const { accessModes = [], resources, selector, volumeMode } = claim.spec;
  if (volumeMode === "Block") return `${storageClass.provisioner} does not support block volume provisioning`;
  const size = parseQuantity(resources?.requests?.["storage"] ?? "");
  if (!size.ok) return `the size asked for is not a size: ${size.error}`;
  if (size.value <= 0n) return "the size asked for must be greater than zero";
  if (isShared) return undefined;
  if (selector !== undefined) return "claim.Spec.Selector is not supported";
  const isOfMany = accessModes.some((mode) => mode !== "ReadWriteOnce" && mode !== "ReadWriteOncePod");
  return isOfMany ? "NodePath only supports ReadWriteOnce and ReadWriteOncePod (1.22+) access modes" : undefined;
}
