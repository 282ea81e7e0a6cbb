import { isTerminating } from "@ordinal/api";
import type { Ledger } from "./ledger.ts";
import { pathOf } from "./paths.ts";
import type { World } from "./world.ts";

/** What takes up room, or is held by the kernel, and nobody names. */
export function compareSpace(ledger: Ledger, world: World): readonly string[] {
  return [
    ...orphans(ledger, world).map((path) => `directory ${path} belongs to nobody`),
    ...world.leftovers.map((name) => `${name} is a leftover`),
    ...trashFaults(world),
    ...strayIntents(world),
    ...strayContents(world),
    ...stillHeld(world),
  ];
}

/** The directory that somebody else has among the volumes. */
export const foreignName = "somebody-elses";

function orphans({ holders }: Ledger, { directories, volumes, volumesDir }: World): readonly string[] {
  const released = [...holders.values()].flatMap(({ path, volume }) =>
    volume === "kept" || path === undefined ? [] : [path],
  );
  const named = [...volumes.map(pathOf), ...released, `${volumesDir}/${foreignName}`];
  return directories.filter(
    (path) => !named.some((each) => each === path || each.startsWith(`${path}/`) || path.startsWith(`${each}/`)),
  );
}

function trashFaults({ trash }: World): readonly string[] {
  return trash.flatMap(({ entry, claim, isHere }) => {
    if (!isHere) return [`the trash has a record of ${entry}, and no directory`];
    return claim === "" ? [`the trash has a directory ${entry}, and no record`] : [];
  });
}

function strayIntents({ openIntents, claims }: World): readonly string[] {
  const pending = claims.filter(({ status }) => status?.phase === "Pending");
  const mayBeMade = new Set(pending.map(({ metadata }) => `pvc-${metadata.uid}`));
  return openIntents.filter((name) => !mayBeMade.has(name)).map((name) => `the journal still makes ${name}`);
}

function strayContents({ contents, snapshots, snapshotDirs, volumesDir }: World): readonly string[] {
  const handles = new Set(contents.map(({ status }) => status?.snapshotHandle));
  return [
    ...contents
      .filter((content) => {
        const { uid } = content.spec.volumeSnapshotRef;
        return isTerminating(content) || !snapshots.some(({ metadata }) => metadata.uid === uid);
      })
      .map(({ metadata }) => `snapshot content ${metadata.name} is nobody's`),
    ...snapshotDirs
      .filter((name) => !handles.has(`${volumesDir}/.snapshots/${name}`))
      .map((name) => `.snapshots/${name} is nobody's`),
  ];
}

/** Mounts of the node and devices are for the claims of pods, and go with the last of them. */
function stillHeld({ mounts, loopFiles, pods, claims, volumes }: World): readonly string[] {
  const used = new Set(
    pods.flatMap(({ spec }) => (spec.volumes ?? []).map((each) => each.persistentVolumeClaim?.claimName)),
  );
  const inUse = claims.filter(({ metadata }) => used.has(metadata.name)).map(({ spec }) => spec.volumeName);
  const paths = volumes.filter(({ metadata }) => inUse.includes(metadata.name)).map(pathOf);
  return [
    ...mounts
      .filter((path) => !inUse.some((name) => path.endsWith(`/${name}`)))
      .map((path) => `${path} is still mounted`),
    ...loopFiles
      .filter((file) => !paths.some((path) => file.startsWith(`${path}/`)))
      .map((file) => `a loop device still holds ${file}`),
  ];
}
