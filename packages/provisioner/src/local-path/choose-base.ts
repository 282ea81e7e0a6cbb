import { createHash } from "node:crypto";
import type { Result, StorageClass } from "@ordinal/api";
import { otherNodes, type ClassPaths, type LocalPathConfig } from "./local-path-config.ts";

export interface BaseRequest {
  readonly storageClass: StorageClass;
  readonly nodeName: string;
  /** Decides among several paths, always alike. */
  readonly claimUid: string;
}

/** The directory a new volume lies below, and whether every node sees it. Source: rancher `pickConfig`, `getPathOnNode`. */
export function chooseBase(
  config: LocalPathConfig,
  { storageClass, nodeName, claimUid }: BaseRequest,
): Result<{ readonly base: string; readonly isShared: boolean }, string> {
  const paths = pathsOf(config, storageClass.metadata.name);
  if (paths === undefined)
    return refuse(`the local-path configuration has no paths for StorageClass ${storageClass.metadata.name}`);
  if (paths.sharedFileSystemPath !== undefined)
    return { ok: true, value: { base: paths.sharedFileSystemPath, isShared: true } };
  const onNode = paths.nodePathMap.get(nodeName) ?? paths.nodePathMap.get(otherNodes);
  if (onNode === undefined) return refuse(`config doesn't contain node ${nodeName}, and no ${otherNodes} available`);
  const wanted = storageClass.parameters?.["nodePath"] ?? "";
  if (onNode.length > 0 && wanted !== "" && !onNode.includes(wanted))
    return refuse(`config doesn't contain path ${wanted} on node ${nodeName}`);
  const base = wanted === "" ? drawn(onNode, claimUid) : wanted;
  if (onNode.length === 0 || base === undefined) return refuse(`no local path available on node ${nodeName}`);
  return { ok: true, value: { base, isShared: false } };
}

/** As rancher has it: where some classes have paths of their own, all must. */
function pathsOf(config: LocalPathConfig, className: string): ClassPaths | undefined {
  return config.classPaths.size > 0 ? config.classPaths.get(className) : config.paths;
}

/** By chance over the claims, but the same for every attempt of one. */
function drawn(paths: readonly string[], claimUid: string): string | undefined {
  return paths[createHash("sha256").update(claimUid).digest().readUInt32BE() % Math.max(paths.length, 1)];
}

function refuse(error: string): { readonly ok: false; readonly error: string } {
  return { ok: false, error };
}
