import type { SetUpProblem } from "./volume.ts";

/** A volume of a pod that cannot be set up. */
export interface FailedVolume {
  /** Its name in the pod. */
  readonly name: string;
  readonly problem: SetUpProblem;
}

/**
 * Messages of the FailedMount events for one try, in upstream's words. `unmounted` are all volumes of the pod that are
 * still missing. Sources: `operationexecutor` GenerateMountVolumeFunc, kubelet `volume_manager` WaitForAttachAndMount.
 */
export function failedMountMessages(failed: readonly FailedVolume[], unmounted: readonly string[]): readonly string[] {
  const unprocessed = failed.filter(({ problem }) => problem.isUnprocessed === true);
  const messages = failed
    .filter(({ problem }) => problem.isUnprocessed !== true)
    .map(({ name, problem }) => {
      const volume = JSON.stringify(problem.persistentVolume ?? name);
      return `MountVolume.SetUp failed for volume ${volume} : ${problem.text}`;
    });
  if (unprocessed.length === 0) return messages;
  const names = unprocessed.map(({ name }) => name).join(" ");
  const texts = unprocessed.map(({ problem }) => problem.text).join("; ");
  return [
    ...messages,
    `Unable to attach or mount volumes: unmounted volumes=[${unmounted.join(" ")}], unattached volumes=[], failed to process volumes=[${names}]: ${texts}`,
  ];
}
