import { annotations, finalizers, isTerminating, type PersistentVolume, type VolumeSnapshot } from "@ordinal/api";
import { contentNameOf, fail, hasFinalizer, type SnapshotStep, type SnapshotWorld } from "./snapshot-step.ts";
import { driverOf, isBoundTo, volumeHandleOf } from "./volume-driver.ts";

/** Source: `SetDefaultSnapshotClass`. */
export function planClass(snapshot: VolumeSnapshot, world: SnapshotWorld): SnapshotStep {
  const found = volumeFor(snapshot, world);
  if ("problem" in found) return noClass(found.problem);
  const driver = driverOf(found.volume);
  const defaults = world.classes.filter(
    (each) => each.driver === driver && each.metadata.annotations?.[annotations.defaultSnapshotClass] === "true",
  );
  const [only, other] = defaults;
  if (only === undefined) return noClass("cannot find default snapshot class");
  if (other !== undefined) return noClass(`${defaults.length} default snapshot classes were found`);
  return { do: "setClass", name: only.metadata.name };
}

/** Source: `createSnapshotContent`. */
export function planCreation(snapshot: VolumeSnapshot, world: SnapshotWorld): SnapshotStep {
  const { name, namespace = "", uid, resourceVersion } = snapshot.metadata;
  const claim = world.claim(snapshot.spec.source.persistentVolumeClaimName ?? "");
  if (claim === undefined)
    return noContent(`snapshot controller failed to update ${name} on API server: cannot get claim from snapshot`);
  if (!hasFinalizer(claim, finalizers.claimAsSnapshotSource)) {
    if (!isTerminating(claim)) return { do: "protectClaim", claim };
    const message = "cannot add finalizer on claim because it is being deleted";
    return noContent(`snapshot controller failed to update ${claim.metadata.name} on API server: ${message}`);
  }
  const inputs = (message: string): SnapshotStep =>
    noContent(`failed to get input parameters to create snapshot ${name}: ${JSON.stringify(message)}`);
  const className = snapshot.spec.volumeSnapshotClassName ?? "";
  const snapshotClass = world.classes.find((each) => each.metadata.name === className);
  if (snapshotClass === undefined)
    return inputs(`volumesnapshotclass.snapshot.storage.k8s.io "${className}" not found`);
  const found = volumeFor(snapshot, world);
  if ("problem" in found) return inputs(found.problem);
  const { volume } = found;
  const driver = driverOf(volume);
  if (driver !== snapshotClass.driver) {
    const whose = driver === undefined ? "was made by hand" : `belongs to ${driver}`;
    return noContent(`volume ${volume.metadata.name} ${whose}, and class ${className} is for ${snapshotClass.driver}`);
  }
  return {
    do: "createContent",
    content: {
      metadata: { name: contentNameOf(snapshot) },
      spec: {
        deletionPolicy: snapshotClass.deletionPolicy,
        driver: snapshotClass.driver,
        source: { volumeHandle: volumeHandleOf(volume) },
        ...(volume.spec.volumeMode === undefined ? {} : { sourceVolumeMode: volume.spec.volumeMode }),
        volumeSnapshotClassName: className,
        volumeSnapshotRef: {
          apiVersion: "snapshot.storage.k8s.io/v1",
          kind: "VolumeSnapshot",
          name,
          namespace,
          uid,
          resourceVersion,
        },
      },
    },
  };
}

/** Source: `getVolumeFromVolumeSnapshot`. */
function volumeFor(
  snapshot: VolumeSnapshot,
  world: SnapshotWorld,
): { readonly volume: PersistentVolume } | { readonly problem: string } {
  const name = snapshot.spec.source.persistentVolumeClaimName ?? "";
  const claim = world.claim(name);
  if (claim === undefined) {
    const message = `persistentvolumeclaim "${name}" not found`;
    return { problem: `failed to retrieve PVC ${name} from the lister: ${JSON.stringify(message)}` };
  }
  if (claim.status?.phase !== "Bound")
    return { problem: `the PVC ${name} is not yet bound to a PV, will not attempt to take a snapshot` };
  const volume = world.volume(claim.spec.volumeName ?? "");
  if (volume === undefined) {
    const message = `persistentvolumes "${claim.spec.volumeName}" not found`;
    return {
      problem: `failed to retrieve PV ${claim.spec.volumeName} from the API server: ${JSON.stringify(message)}`,
    };
  }
  return isBoundTo(volume, claim) ? { volume } : { problem: "claim in dataSource not bound or invalid" };
}

function noClass(message: string): SnapshotStep {
  const reason = "SetDefaultSnapshotClassFailed";
  return { ...fail(reason, `Failed to set default snapshot class with error ${message}`), keepsReady: true };
}

function noContent(message: string): SnapshotStep {
  return fail("SnapshotContentCreationFailed", `Failed to create snapshot content with error ${message}`);
}
