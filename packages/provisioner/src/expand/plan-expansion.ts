import { quantityValue, resizeStatusOf, type PersistentVolume, type PersistentVolumeClaim } from "@ordinal/api";

/** What is to be done about the size of a claim. */
export type ExpansionPlan =
  | { readonly do: "nothing" }
  /** Grow the volume to this quantity. `isNew`: nothing in the claim's status speaks of this size yet. */
  | { readonly do: "expand"; readonly size: string; readonly isNew: boolean };

const nothing: ExpansionPlan = { do: "nothing" };

/** Whether a claim asks for more than it has. */
export function wantsMore({ metadata, spec, status }: PersistentVolumeClaim): boolean {
  if (metadata.deletionTimestamp !== undefined || status?.phase !== "Bound" || !spec.volumeName) return false;
  return bytesOf(spec.resources?.requests?.["storage"]) > bytesOf(status.capacity?.["storage"]);
}

/**
 * What comes next in the expansion of a claim that wants more. An expansion that has begun goes on to the size it began
 * with, unless it is known to have failed (`hasFailed`): then a smaller request gets its chance.
 * Source: external-resizer `expandAndRecover`, feature RecoverVolumeExpansionFailure.
 */
export function planExpansion(
  claim: PersistentVolumeClaim,
  { volume, hasFailed }: { readonly volume: PersistentVolume; readonly hasFailed: boolean },
): ExpansionPlan {
  const isBound = volume.spec.claimRef?.uid === claim.metadata.uid;
  if (!wantsMore(claim) || !isBound) return nothing;
  const asked = claim.spec.resources?.requests?.["storage"] ?? "0";
  const allocated = claim.status?.allocatedResources?.["storage"];
  const isVolumeLargeEnough = bytesOf(volume.spec.capacity?.["storage"]) >= bytesOf(asked);
  switch (resizeStatusOf(claim) ?? "none") {
    case "NodeResizePending":
    case "NodeResizeInProgress": {
      // The node finishes what it has been given before there is something new.
      const given = allocated ?? asked;
      const isWithNode = isVolumeLargeEnough || bytesOf(volume.spec.capacity?.["storage"]) >= bytesOf(given);
      return isWithNode ? nothing : expandTo(given, allocated);
    }
    case "NodeResizeInfeasible":
      return expandTo(allocated ?? asked, undefined);
    case "ControllerResizeInProgress":
      return expandTo(hasFailed && !isVolumeLargeEnough ? asked : (allocated ?? asked), allocated);
    case "ControllerResizeInfeasible":
      return expandTo(isVolumeLargeEnough ? (allocated ?? asked) : asked, allocated);
    default:
      return expandTo(asked, undefined);
  }
}

function expandTo(size: string, allocated: string | undefined): ExpansionPlan {
  return { do: "expand", size, isNew: allocated === undefined || bytesOf(allocated) !== bytesOf(size) };
}

function bytesOf(quantity: string | undefined): bigint {
  return quantityValue(quantity ?? "0");
}
