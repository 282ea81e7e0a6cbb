import { join } from "node:path";
import { wellKnown, type Node, type Result } from "@ordinal/api";
import { hasCode } from "@ordinal/runtime";
import type { KnownBases } from "../backend/known-bases.ts";
import type { VolumeBackend, VolumePlan, VolumeRequest } from "../backend/volume-backend.ts";
import { ensureDirectory } from "../disk/ensure-directory.ts";
import { checkWay } from "../disk/plain-way.ts";
import type { SyncDirectory } from "../disk/shared-sync.ts";
import { volumeName } from "../provision/plan-claim.ts";
import { chooseBase } from "./choose-base.ts";
import { directoryName, makeDirectory, syncWay } from "./directory.ts";
import { allPaths } from "./local-path-config.ts";
import { accessOf, ownerOf } from "./ownership.ts";
import { isUnsafe, pathOfPattern } from "./path-pattern.ts";
import { placeBelow } from "./place.ts";
import { refusal } from "./refusal.ts";
import { createScripts, type ScriptsOptions } from "./scripts.ts";
import { volumeObject } from "./volume-object.ts";

export interface LocalPathOptions extends ScriptsOptions {
  readonly sync: SyncDirectory;
  readonly bases: KnownBases;
  readonly node: (name: string) => Node | undefined;
  /** Whether any object names a directory below this one. */
  readonly hasVolumesBelow: (directory: string) => boolean;
}

/** Volumes that are plain directories: rancher's local-path provisioner. A size is recorded, not enforced. */
export function createLocalPathBackend(options: LocalPathOptions): VolumeBackend {
  const { disk, sync, config, bases, node, hasVolumesBelow } = options;
  const scripts = createScripts(options);

  function plan(request: VolumeRequest): Result<VolumePlan, string> {
    const { claim, storageClass, nodeName } = request;
    const chosen = chooseBase(config(), { storageClass, nodeName, claimUid: claim.metadata.uid });
    if (!chosen.ok) return chosen;
    const { base, isShared } = chosen.value;
    const problem = refusal(request, isShared);
    if (problem !== undefined) return { ok: false, error: problem };
    const below = pathBelow(request);
    if (!below.ok) return below;
    const path = join(base, below.value);
    const volume = volumeObject(request, { path, isShared, nodeLabels: node(nodeName)?.metadata.labels });
    if (!volume.ok) return volume;
    return { ok: true, value: { base, path, volume: volume.value, mayShare: isUnsafe(storageClass) } };
  }

  async function make(made: VolumePlan, request: VolumeRequest): Promise<void> {
    const owner = ownerOf(request.storageClass, dataOf(request));
    if (!owner.ok) throw new Error(owner.error);
    await bases.remember(made.base);
    await checkWay(disk, made).catch(async (error: unknown) => await makeBase(made, error));
    const ran = await scripts.run("create", { volume: made.volume, path: made.path, owner: owner.value });
    if (!ran.ok) throw new Error(ran.error);
    if (ran.value) {
      if ((await checkWay(disk, made)) === "missing") throw new Error(`the setup has not made ${made.path}`);
      await syncWay(made, sync);
      return;
    }
    const access = await accessOf(owner.value, disk);
    if (!access.ok) throw new Error(access.error);
    await makeDirectory(made, made.keepsAccess === true ? undefined : access.value, { disk, sync });
  }

  /** Makes a base that is missing, if the way has failed for that. */
  async function makeBase({ base, path }: VolumePlan, problem: unknown): Promise<void> {
    const isMissing = problem instanceof Error && hasCode(problem.cause, "ENOENT");
    // Where there were volumes, a disk is missing, and what is made in its place would be hidden by it later.
    if (!isMissing || hasVolumesBelow(base) || isSharedPath(base)) throw problem;
    await ensureDirectory(base, { disk, sync });
    await checkWay(disk, { base, path });
  }

  function isSharedPath(base: string): boolean {
    const { paths, classPaths } = config();
    return [paths, ...classPaths.values()].some((each) => each?.sharedFileSystemPath === base);
  }

  return {
    provisioner: wellKnown.localPathProvisioner,
    plan: async (request) => plan(request),
    make,
    placeOf: (volume) => placeBelow([...new Set([...allPaths(config()), ...bases.list()])], volume),
    async letGo(volume, { path }) {
      const ran = await scripts.run("delete", { volume, path });
      if (!ran.ok) throw new Error(ran.error);
      return !ran.value;
    },
    expand: async () => ({ needsNode: false }),
  };
}

function pathBelow(request: VolumeRequest): Result<string, string> {
  const { claim, storageClass } = request;
  const { uid, name, namespace = "" } = claim.metadata;
  const pattern = storageClass.parameters?.["pathPattern"];
  if (pattern === undefined) return { ok: true, value: directoryName(volumeName(uid), { namespace, name }) };
  return pathOfPattern(pattern, dataOf(request), { isUnsafe: isUnsafe(storageClass) });
}

function dataOf({ claim }: VolumeRequest) {
  return { volumeName: volumeName(claim.metadata.uid), claim: claim.metadata };
}
