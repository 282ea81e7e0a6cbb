import {
  claimNameOfVolume,
  foreignClaimProblem,
  isTerminating,
  type PersistentVolumeClaim,
  type Pod,
  type Volume,
} from "@ordinal/api";

/**
 * Whether a pod holds a claim, so that the claim must stay. Only pods on a node do: before that they have not touched
 * it, and none with a terminating claim is put on a node. A pod that has ended still does until it is deleted, because
 * its volumes may still be mounted. Source: `pvc_protection_controller.go` podUsesPVC.
 */
export function podUsesClaim(pod: Pod, claim: PersistentVolumeClaim): boolean {
  if ((pod.spec.nodeName ?? "") === "") return false;
  return (pod.spec.volumes ?? []).some((volume) => volumeUsesClaim(pod, { volume, claim }));
}

function volumeUsesClaim(
  pod: Pod,
  { volume, claim }: { readonly volume: Volume; readonly claim: PersistentVolumeClaim },
): boolean {
  if (claimNameOfVolume(pod, volume) !== claim.metadata.name) return false;
  if (volume.persistentVolumeClaim !== undefined) return true;
  return !isShutDown(pod) && foreignClaimProblem(pod, claim) === undefined;
}

/** Whether the node is done with a pod: it only waits for finalizers, which may in turn wait for its own claims to go. */
export function isShutDown(pod: Pod): boolean {
  return isTerminating(pod) && pod.metadata.deletionGracePeriodSeconds === 0;
}
