import { join } from "node:path";
import { wellKnown, type Node, type Result } from "@ordinal/api";
import type { VolumeBackend, VolumePlan, VolumeRequest } from "../backend/volume-backend.ts";
import type { Disk } from "../disk/disk.ts";
import { checkWay } from "../disk/plain-way.ts";
import type { SyncDirectory } from "../disk/shared-sync.ts";
import { volumeName } from "../provision/plan-claim.ts";
import { chooseBase } from "./choose-base.ts";
import { directoryName, makeDirectory } from "./directory.ts";
import { allPaths, type LocalPathConfig } from "./local-path-config.ts";
import { placeBelow } from "./place.ts";
import { refusal } from "./refusal.ts";
import { volumeObject } from "./volume-object.ts";

export interface LocalPathOptions {
  readonly disk: Disk;
  readonly sync: SyncDirectory;
  /** As it is now. */
  readonly config: () => LocalPathConfig;
  readonly node: (name: string) => Node | undefined;
}

/** Volumes that are plain directories: rancher's local-path provisioner. A size is recorded, not enforced. */
export function createLocalPathBackend({ disk, sync, config, node }: LocalPathOptions): VolumeBackend {
  function plan(request: VolumeRequest): Result<VolumePlan, string> {
    const { claim, storageClass, nodeName } = request;
    const { uid, name, namespace = "" } = claim.metadata;
    const chosen = chooseBase(config(), { storageClass, nodeName, claimUid: uid });
    if (!chosen.ok) return chosen;
    const { base, isShared } = chosen.value;
    const problem = refusal(request, isShared);
    if (problem !== undefined) return { ok: false, error: problem };
    const path = join(base, directoryName(volumeName(uid), { namespace, name }));
    const volume = volumeObject(request, { path, isShared, nodeLabels: node(nodeName)?.metadata.labels });
    return volume.ok ? { ok: true, value: { base, path, volume: volume.value } } : volume;
  }

  return {
    provisioner: wellKnown.localPathProvisioner,
    plan: async (request) => plan(request),
    async make(made) {
      await checkWay(disk, made);
      await makeDirectory(made, { mode: 0o777 }, { disk, sync });
    },
    placeOf: (volume) => placeBelow(allPaths(config()), volume),
    letGo: async () => true,
    expand: async () => ({ needsNode: false }),
  };
}
